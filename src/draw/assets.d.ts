/** Binary assets are copied beside the bundle; importing one gives its path relative to the bundle. */
declare module '*.wasm' {
  const path: string;
  export default path;
}
declare module '*.ttf' {
  const path: string;
  export default path;
}
