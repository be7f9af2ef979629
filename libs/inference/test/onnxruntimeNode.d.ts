/** The package of this version forgets its types: they are those of onnxruntime-common. */
declare module 'onnxruntime-node' {
  export { InferenceSession, Tensor } from 'onnxruntime-common';
}
