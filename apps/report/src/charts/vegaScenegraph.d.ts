/**
 * The one part of vega-scenegraph, which has no types of its own, that is used: its place to plug
 * in a text measure.
 */
declare module 'vega-scenegraph' {
  export const textMetrics: {
    width: (item: { readonly fontSize?: number }, text: unknown) => number;
  };
}
