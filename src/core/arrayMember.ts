/** Files that hold several arrays, and how one of them is named behind the file. */
const archives = /^(.*\.npz)[:#]([^:\\/]+)$|^(.*\.(?:safetensors|h5|hdf5|he5|hdf))[:#]\/?([^:\\]+)$/i;

/**
 * A path and the array named behind it: `mnist.npz:x_train` is the member `x_train` of `mnist.npz`; `#` does as well as `:`.
 * In HDF5 an array may lie in groups, `data.h5:train/x`.
 */
export function splitMember(path: string): { file: string; member?: string } {
  const match = archives.exec(path);
  if (!match) return { file: path };
  const [, npz, array, file, name] = match;
  return npz === undefined ? { file, member: name } : { file: npz, member: array.replace(/\.npy$/, '') };
}
