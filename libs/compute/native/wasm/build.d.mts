/** Files of the modules. */
export const MODULE_FILES: readonly string[];
/** The version of clang, null where it or lld is missing. */
export function findCompiler(): string | null;
/** SHA-256 of everything that the modules are made of, and of how. */
export function hashSources(): string;
/** The bytes of a module. */
export function buildModule(file: string): Buffer;
