import assert from 'node:assert/strict';
import path from 'node:path';
import { FIXTURES, open, problemOf, temporaryFiles } from './helpers';

const fixture = (name: string) => path.join(FIXTURES, 'others', name);

describe('files that are no datasets', () => {
  const temporary = temporaryFiles();

  const expected: Record<string, string> = {
    'new.pt':
      'is a PyTorch file; convert it in Python: import numpy, torch; x, y = torch.load("new.pt"); numpy.savez("new.npz", x=x.numpy(), y=y.numpy())',
    'old.pt':
      'is a PyTorch file; convert it in Python: import numpy, torch; x, y = torch.load("old.pt"); numpy.savez("old.npz", x=x.numpy(), y=y.numpy())',
    'data.pkl':
      'is a pickle; convert it in Python: import numpy, pickle; d = pickle.load(open("data.pkl", "rb")); numpy.savez("data.npz", x=d["x"], y=d["y"])',
    'data.mat':
      'is a MATLAB file; convert it in Python: import numpy, scipy.io; d = scipy.io.loadmat("data.mat"); numpy.savez("data.npz", x=d["X"], y=d["y"].ravel())',
    'data73.mat':
      'is a MATLAB 7.3 file; convert it in Python: import h5py, numpy; d = h5py.File("data73.mat"); numpy.savez("data73.npz", x=d["X"][()].T, y=d["y"][()].ravel())',
    'table.feather':
      'is a Feather (Arrow) file; convert it in Python: import pandas; pandas.read_feather("table.feather").to_parquet("table.parquet")',
    'table.xlsx':
      'is an Excel file; convert it in Python: import pandas; pandas.read_excel("table.xlsx").to_parquet("table.parquet")',
    'table.csv.xz': 'is an xz archive; unpack it',
    'set.tar': 'is a tar archive; unpack it',
  };
  for (const [name, problem] of Object.entries(expected)) {
    it(`${name} is named by its content, with what to do`, async () => {
      assert.equal(await problemOf(open(fixture(name))), `${fixture(name)}: ${problem}`);
      assert.equal(
        await problemOf(open(temporary('x.csv', 'a,b\n1,2\n'), { labels: [{ path: fixture(name) }] })),
        `${fixture(name)}: ${problem}`,
      );
    });
  }

  it('a single image leads to its folder', async () => {
    for (const name of ['rgb.bmp', 'rgb.tif', 'gray.gif', 'lossy.webp', 'few.png']) {
      assert.match(
        await problemOf(open(path.join(FIXTURES, 'kinds', name))),
        /is an? \w+ image; give the folder of images$/,
      );
    }
  });

  it('tables whose first column is called as other files begin are tables', async () => {
    for (const name of ['ORC', 'FEA1', 'BMI', 'GIF8', 'ARROW1', 'BZh', 'MATLAB 5.0', 'PARE']) {
      const { features } = await open(temporary('t.csv', `${name},b,label\n1,2,0\n3,4,1\n`));
      assert.deepEqual(features.shape, [2], name);
    }
  });
});
