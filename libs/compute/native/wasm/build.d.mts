/** The version of clang, null where it or lld is missing. */
export function findCompiler(): string | null;
/** The bytes of the module. */
export function buildModule(): Buffer;
