// A workspace for tests: copies of the examples, so that nothing is written into the repository.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../../esbuild.mjs';

/** Makes the workspace. Returns its path and what removes it. */
export function makeWorkspace() {
  const folder = mkdtempSync(path.join(tmpdir(), 'apd-workspace-'));
  for (const name of ['digits', 'moons']) {
    cpSync(path.join(root, 'examples', name), path.join(folder, name), { recursive: true });
  }
  writeIris(path.join(folder, 'iris'));
  writeTraining(path.join(folder, 'trained'));
  mkdirSync(path.join(folder, 'damaged'));
  const whole = readFileSync(path.join(folder, 'digits', 'epoch-008.onnx'));
  writeFileSync(path.join(folder, 'damaged', 'broken.onnx'), whole.subarray(0, whole.length / 2));
  for (const name of ['x.npy', 'y.npy']) {
    cpSync(path.join(folder, 'digits', name), path.join(folder, 'damaged', name));
  }
  // A whole model of Keras with its data, and weights that only Python opens.
  mkdirSync(path.join(folder, 'others'));
  for (const name of ['keras/residual.keras', 'keras/residual.npz', 'others/weights.pt']) {
    cpSync(path.join(root, 'test', 'fixtures', name), path.join(folder, 'others', path.basename(name)));
  }
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  return { folder, remove };
}

/** The data of moons with two configurations: one that takes long enough to be watched, and a short one. */
function writeTraining(folder) {
  mkdirSync(folder);
  for (const name of ['x.npy', 'y.npy']) {
    cpSync(path.join(root, 'examples', 'moons', name), path.join(folder, name));
  }
  const hidden = { type: 'dense', units: 8, activation: 'relu' };
  const config = (epochs, batchSize, every) => ({
    data: { files: 'x.npy', labels: 'y.npy', splits: { train: 0.8, test: 0.2 } },
    model: { layers: [hidden, hidden, { type: 'dense', units: 2 }] },
    training: { epochs, batchSize, optimizer: { type: 'adam', learningRate: 0.002 } },
    snapshots: { withinFirstEpoch: 3, every },
    backend: 'wasm',
  });
  const write = (name, value) =>
    writeFileSync(path.join(folder, `${name}.apd.json`), `${JSON.stringify(value, null, 2)}\n`);
  write('moons', config(60, 1, 2));
  write('short', config(4, 32, 1));
}

/** The iris model with its data as a table, so that an instance has a line. */
function writeIris(folder) {
  const fixtures = path.join(root, 'test', 'fixtures', 'iris');
  mkdirSync(folder);
  cpSync(path.join(fixtures, 'epoch-000.onnx'), path.join(folder, 'iris.onnx'));
  const x = floats(readFileSync(path.join(fixtures, 'x.npy')));
  const y = readFileSync(path.join(fixtures, 'y.npy'));
  const labels = numbers(y);
  const width = x.length / labels.length;
  const rows = labels.map((label, i) => [...x.subarray(i * width, (i + 1) * width), label].join(','));
  const header = [...Array.from({ length: width }, (_, i) => `x${i}`), 'label'].join(',');
  writeFileSync(path.join(folder, 'iris.csv'), `${[header, ...rows].join('\n')}\n`);
}

/** Header and elements of a version 1 npy file. */
function parts(bytes) {
  const end = 10 + bytes.readUInt16LE(8);
  return {
    header: bytes.toString('latin1', 10, end),
    elements: bytes.buffer.slice(bytes.byteOffset + end, bytes.byteOffset + bytes.length),
  };
}

function floats(bytes) {
  const { header, elements } = parts(bytes);
  return header.includes('<f8') ? new Float64Array(elements) : new Float32Array(elements);
}

function numbers(bytes) {
  const { header, elements } = parts(bytes);
  if (header.includes('<i8')) return Array.from(new BigInt64Array(elements), Number);
  return header.includes('<i4') ? [...new Int32Array(elements)] : [...floats(bytes)];
}
