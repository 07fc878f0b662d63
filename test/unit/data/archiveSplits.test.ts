import assert from 'node:assert/strict';
import { writeNpz } from '../../../src/data/arrays/writeNpz';
import type { Dataset } from '../../../src/data/dataset';
import type { DatasetOptions } from '../../../src/data/openDataset';
import { allNumbers, open, temporaryFiles } from './helpers';

describe('splits in one archive', () => {
  const temporary = temporaryFiles();

  /** An archive with arrays of so many rows each; those whose names have no x or image in them are labels. */
  async function archive(
    rows: Record<string, number>,
    columns: Record<string, number> = {},
  ): Promise<string> {
    const file = temporary('data.npz');
    const arrays = Object.entries(rows).map(([name, count], k) => {
      const width = columns[name] ?? (/x|image/i.test(name) ? 2 : 1);
      const data = Uint8Array.from({ length: count * width }, (_, at) => (width > 1 ? 10 * k + at : at % 2));
      return { name, data, shape: width > 1 ? [count, width] : [count] };
    });
    await writeNpz(file, arrays);
    return file;
  }

  const find = async (file: string, options: Omit<DatasetOptions, 'data'> = {}): Promise<Dataset> =>
    open(file, { findSplits: true, ...options });

  it("arrays as Keras' mnist.npz has them are train and test, which is told", async () => {
    const file = await archive({ x_test: 2, x_train: 3, y_test: 2, y_train: 3 });
    const { features, labels, splits, notices } = await find(file);
    assert.deepEqual(await allNumbers(features), [10, 11, 12, 13, 14, 15, 0, 1, 2, 3]);
    assert.deepEqual([...(labels?.values ?? [])], [0, 1, 0, 0, 1]);
    assert.deepEqual(splits, { names: ['train', 'test'], of: Uint8Array.of(0, 0, 0, 1, 1) });
    assert.equal(notices[0], `${file}: its arrays \`x_train\`, \`x_test\` are the splits train, test.`);
  });

  it('other names, and a third split', async () => {
    for (const [arrays, names] of [
      [{ X_train: 3, y_train: 3, X_val: 1, y_val: 1, X_test: 2, y_test: 2 }, ['train', 'val', 'test']],
      [{ train_images: 3, train_labels: 3, test_images: 2, test_labels: 2 }, ['train', 'test']],
      [{ images_train: 3, labels_train: 3, images_valid: 2, labels_valid: 2 }, ['train', 'valid']],
      [{ xTrain: 3, yTrain: 3, xTest: 2, yTest: 2 }, ['train', 'test']],
      [{ x_train: 3, x_test: 2 }, ['train', 'test']],
    ] as [Record<string, number>, string[]][]) {
      assert.deepEqual((await find(await archive(arrays))).splits?.names, names, names.join());
    }
  });

  it('is left as it was where anything else is said, or the arrays do not go together', async () => {
    const arrays = { x_train: 3, y_train: 3, x_test: 2, y_test: 2 };
    const file = await archive(arrays);
    const alone = async (path: string, options: Omit<DatasetOptions, 'data'> = {}) => {
      const { features, splits } = await find(path, options);
      assert.equal(features.count, 3);
      return splits?.names;
    };
    assert.equal(await alone(file, { findSplits: false }), undefined);
    assert.equal(await alone(`${file}:x_train`), undefined);
    assert.equal(await alone(file, { labels: [{ path: `${file}:y_train` }] }), undefined);
    assert.deepEqual(
      await alone(file, {
        split: [
          { name: 'a', share: 0.5 },
          { name: 'b', share: 0.5 },
        ],
      }),
      ['a', 'b'],
    );
    assert.equal(await alone(file, { inputs: ['x_train'] }), undefined);
    assert.equal(await alone(await archive(arrays, { x_test: 3 })), undefined);
    assert.equal(await alone(await archive({ x_train: 3, y_train: 3, x_test: 2 })), undefined);
    assert.equal(await alone(await archive({ x: 3, y: 3, x_train: 2, x_test: 2 })), undefined);
  });
});
