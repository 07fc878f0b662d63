import assert from 'node:assert/strict';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadTensorflow } from '../../../src/models/tfjs/tfjsBackend';
import { nativeBackendStatus, nativeInstallCommand } from '../../../src/models/tfjs/nativeBackend';
import { temporaryFolder } from '../../helpers/setup';

const PACKAGES = path.resolve('node_modules');
const STAND = '@tensorflow/tfjs-node';

describe('TensorFlow.js backends', () => {
  const at = temporaryFolder('test');

  /**
   * A package in place of tfjs-node: it brings its own copy of TensorFlow.js, as the real one does, and registers the
   * backend `tensorflow`, which computes in plain JavaScript here.
   */
  function installStandIn(
    version: string,
    {
      binding = true,
      main = "require('@tensorflow/tfjs-core').registerBackend('tensorflow', makeBackend, 3);",
    } = {},
  ): string {
    const own = at('node_modules');
    for (const name of ['tfjs-core', 'tfjs-backend-cpu']) {
      const from = path.join(PACKAGES, '@tensorflow', name);
      const to = path.join(own, '@tensorflow', name);
      mkdirSync(path.join(to, 'dist'), { recursive: true });
      cpSync(path.join(from, 'package.json'), path.join(to, 'package.json'));
      const bundle = name.replace('tfjs', 'tf') + '.node.js';
      cpSync(path.join(from, 'dist', bundle), path.join(to, 'dist', bundle));
    }
    symlinkSync(path.join(PACKAGES, 'seedrandom'), path.join(own, 'seedrandom'), 'dir');
    symlinkSync(
      path.join(PACKAGES, '@tensorflow', 'tfjs-core', 'node_modules', 'long'),
      path.join(own, 'long'),
      'dir',
    );
    const native = path.join(own, STAND);
    mkdirSync(path.join(native, 'lib', 'napi-v8'), { recursive: true });
    writeFileSync(
      path.join(native, 'package.json'),
      JSON.stringify({ name: STAND, version, main: 'index.js' }),
    );
    if (binding) writeFileSync(path.join(native, 'lib', 'napi-v8', 'tfjs_binding.node'), '');
    const makeBackend = `
      const tf = require('@tensorflow/tfjs-core');
      const { MathBackendCPU } = require('@tensorflow/tfjs-backend-cpu');
      const util = require('util');
      if (!util.isNullOrUndefined(null) || util.isNullOrUndefined(0)) throw new Error('isNullOrUndefined is wrong');
      const makeBackend = () => new MathBackendCPU();
      tf.copyRegisteredKernels('cpu', 'tensorflow');
    `;
    writeFileSync(path.join(native, 'index.js'), `${makeBackend}\n${main}\n`);
    return native;
  }

  it('takes WebAssembly where nothing else is installed, and says why', async () => {
    const { tf, backend } = await loadTensorflow('auto', { searchFolders: [at()] });
    assert.equal(backend.name, 'tfjs-wasm');
    assert.equal(backend.version, tf.version_core);
    assert.equal(
      backend.reason,
      '@tensorflow/tfjs-node is not installed; WebAssembly is the fastest that comes with the product',
    );
    assert.equal(tf.getBackend(), 'wasm');
    assert.deepEqual(Array.from(tf.square(tf.tensor1d([1, 2, 3])).dataSync()), [1, 4, 9]);
  });

  it('gives the same engine for the same choice, and switches for another', async () => {
    const [first, second, other] = await Promise.all([
      loadTensorflow('wasm'),
      loadTensorflow('wasm'),
      loadTensorflow('cpu'),
    ]);
    assert.equal(first, second);
    assert.equal(first.tf, other.tf);
    assert.equal(other.backend.name, 'tfjs-cpu');
    assert.equal(other.backend.reason, "backend 'cpu' was asked for");
    assert.equal(other.tf.getBackend(), 'cpu');
    assert.equal((await loadTensorflow('wasm')).tf.getBackend(), 'wasm');
  });

  it('leaves errors that nobody catches to the process', async () => {
    await loadTensorflow('wasm');
    const events: NodeJS.EventEmitter = process;
    for (const event of ['uncaughtException', 'unhandledRejection']) {
      const sources = events.listeners(event).map(String);
      // What its loader adds throws every error again, so that the process ends.
      assert.deepEqual(
        sources.filter((source) => /\bthrow (ex|reason)\b/.test(source)),
        [],
      );
    }
  });

  it('says what to do when the native backend was asked for and is not there', async () => {
    await assert.rejects(loadTensorflow('node', { searchFolders: [at()] }), {
      name: 'InputError',
      message:
        /^backend 'node': @tensorflow\/tfjs-node is not installed: install it .*, or choose 'auto' or 'wasm'$/,
    });
  });

  it('does not use a native backend of another release, and says so', async () => {
    const native = installStandIn('4.21.0');
    assert.deepEqual(nativeBackendStatus([at()], '4.22.0'), {
      state: 'broken',
      version: '4.21.0',
      folder: native,
      reason: 'it is version 4.21.0, and 4.22.x is needed',
    });
    const { backend } = await loadTensorflow('auto', { searchFolders: [at()] });
    assert.equal(backend.name, 'tfjs-wasm');
    assert.match(
      backend.reason,
      /it is version 4\.21\.0, and 4\.22\.x is needed; WebAssembly is the fastest/,
    );
  });

  it('tells a native backend whose installation did not finish', async () => {
    installStandIn('4.22.0', { binding: false });
    await assert.rejects(
      loadTensorflow('node', { searchFolders: [at()] }),
      /its compiled part is missing .* install it again/,
    );
  });

  it('tells a native backend that does not load, and takes the next', async () => {
    installStandIn('4.22.0', {
      main: "throw new Error('libtensorflow.so.2: cannot open shared object file\\nmore');",
    });
    const { backend } = await loadTensorflow('auto', { searchFolders: [at()] });
    assert.equal(backend.name, 'tfjs-wasm');
    assert.match(
      backend.reason,
      /does not load \(libtensorflow\.so\.2: cannot open shared object file\); WebAssembly/,
    );
  });

  it('finds an installed one in the folders, in their order, and nowhere else', () => {
    const native = installStandIn('4.22.3');
    const below = at('deep', 'down');
    mkdirSync(below, { recursive: true });
    const empty = at('empty');
    mkdirSync(empty);
    const expected = { state: 'installed', version: '4.22.3', folder: native };
    assert.deepEqual(nativeBackendStatus([empty, at()], '4.22.0'), expected);
    assert.deepEqual(nativeBackendStatus([below], '4.22.0'), { state: 'absent' });
    const before = process.cwd();
    process.chdir(at());
    try {
      assert.deepEqual(nativeBackendStatus([], '4.22.0'), { state: 'absent' });
    } finally {
      process.chdir(before);
    }
    assert.deepEqual(nativeBackendStatus([empty], '4.22.0'), { state: 'absent' });
    assert.deepEqual(nativeBackendStatus([path.join(empty, 'not', 'there')], '4.22.0'), { state: 'absent' });
  });

  it('computes with a backend that another copy of TensorFlow.js registers, gradients included', async () => {
    const native = installStandIn('4.22.0');
    const { tf, backend } = await loadTensorflow('auto', { searchFolders: [at()] });
    assert.deepEqual(backend, {
      name: 'tfjs-node',
      version: '4.22.0',
      reason: `it is installed in ${native}`,
    });
    assert.equal(tf.getBackend(), 'tensorflow');
    const gradient = tf.grad((x) => tf.sum(tf.mul(x, tf.relu(x))))(tf.tensor1d([-1, 2, 3]));
    assert.deepEqual(Array.from(gradient.dataSync()), [0, 4, 6]);
    await loadTensorflow('wasm');
    assert.deepEqual(Array.from(tf.add(gradient, 1).dataSync()), [1, 5, 7]);
    tf.removeBackend('tensorflow');
  });

  it('describes the installation for npm', () => {
    const command = nativeInstallCommand(at('global storage'), '4.22.0');
    assert.equal(command.program, 'npm');
    assert.equal(command.args[0], 'install');
    assert.ok(command.args.includes('@tensorflow/tfjs-node@4.22.0'));
    assert.equal(command.folder, at('global storage'));
  });
});
