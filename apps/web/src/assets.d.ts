/** Style sheets that the build takes from the script. */
declare module '*.css';

/** A worker whose script is part of the page, so that it starts from a file, too. */
declare module '*?worker&inline' {
  const InlineWorker: new (options?: { readonly name?: string }) => Worker;
  export { InlineWorker as default };
}

/** A WebAssembly module, as gzip in Base64. */
declare module '*.wasm?packed' {
  const packed: string;
  export { packed as default };
}
