/**
 * The part of vega-scenegraph that is used, which has no types: the function that measures text.
 */
declare module 'vega-scenegraph' {
  export const textMetrics: {
    width: (item: { readonly fontSize?: number }, text: unknown) => number;
  };
}
