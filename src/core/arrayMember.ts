/** A path and the array named behind it: `mnist.npz:x_train` is the member `x_train` of `mnist.npz`. */
export function splitMember(path: string): { file: string; member?: string } {
  const match = /^(.*\.npz):([^:\\/]+)$/i.exec(path);
  return match ? { file: match[1], member: match[2].replace(/\.npy$/, '') } : { file: path };
}
