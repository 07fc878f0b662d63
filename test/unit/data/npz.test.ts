import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { crc32, deflateRawSync } from 'node:zlib';
import { defaultLimits } from '../../../src/data/files/limits';
import { encodeNpy } from '../../../src/data/arrays/npy';
import { partnerOf } from '../../../src/data/arrays/memberChoice';
import { readArray } from '../../../src/data/arrays/readArray';
import { allNumbers, expected, fixture, open, problemOf, temporaryFiles } from './helpers';
import { splitMember } from '../../../src/core/arrayMember';

/** A member of an archive, with what its headers say where that is not the truth. */
interface Member {
  name: string;
  content: Uint8Array;
  deflated?: boolean;
  declared?: number;
  checksum?: number;
}

/** An archive, written by hand so that it may lie. Sizes above 4 GiB are written as ZIP64. */
function archive(members: Member[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, deflated = false, declared = content.length, checksum } of members) {
    const data = deflated ? deflateRawSync(content) : Buffer.from(content);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(45, 0);
    fields.writeUInt16LE(deflated ? 8 : 0, 4);
    fields.writeUInt32LE(checksum ?? crc32(content), 10);
    const wide = declared > 0xfffffffe;
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(wide ? 0xffffffff : declared, 18);
    fields.writeUInt16LE(name.length, 22);
    const extra = Buffer.alloc(wide ? 12 : 0);
    if (wide) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(8, 2);
      extra.writeBigUInt64LE(BigInt(declared), 4);
    }
    fields.writeUInt16LE(extra.length, 24);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), extra]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    const version = Buffer.from([45, 0]);
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02'), version, fields, rest, Buffer.from(name), extra]),
    );
    files.push(local, data);
    offset += local.length + data.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, ...directory, end]);
}

/** An .npy file whose header speaks of so many bytes, and that holds none of them. */
function promise(bytes: number): Uint8Array {
  const whole = Buffer.from(encodeNpy(new Uint8Array(0), [0]));
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${bytes},), }`;
  whole.write(text.padEnd(117, ' '), 10, 'latin1');
  return whole;
}

describe('npz archives', () => {
  const temporary = temporaryFiles();

  for (const kind of ['stored', 'compressed']) {
    it(`reads members of a ${kind} archive by name`, async () => {
      const { features, labels, notices } = await open(fixture(`${kind}.npz:x_test`));
      assert.deepEqual(await allNumbers(features), expected.x_test.values);
      assert.deepEqual([...(labels?.values ?? [])], [3, 3]);
      assert.ok(notices.some((notice) => notice.includes(`taken from ${fixture(kind)}.npz:y_test`)));
    });

    it(`finds data and labels of a ${kind} archive by their usual names`, async () => {
      const { features, labels, notices, sources } = await open(fixture(`${kind}.npz`));
      assert.deepEqual(await allNumbers(features), expected.x_train.values);
      assert.deepEqual([...(labels?.values ?? [])], [4, 0, 1, 1, 2]);
      assert.match(notices[0], /the data are its array `x_train` \(there are x_train, y_train, x_test/);
      assert.deepEqual(
        sources.map(({ path }) => path),
        [fixture(`${kind}.npz`)],
      );
    });
  }

  it('looks for no labels when told that there are none', async () => {
    const { labels } = await open(fixture('stored.npz:x_test'), { labelColumn: false });
    assert.equal(labels, undefined);
  });

  it('takes labels from an archive, by name and by usual name', async () => {
    const data = fixture('stored.npz:x_train');
    const labels = { labels: [{ path: fixture('compressed.npz') }] };
    assert.deepEqual([...((await open(data, labels)).labels?.values ?? [])], [4, 0, 1, 1, 2]);
    const named = await open(fixture('stored.npz:x_test'), {
      labels: [{ path: fixture('compressed.npz:y_test') }],
    });
    assert.deepEqual([...(named.labels?.values ?? [])], [3, 3]);
  });

  it('takes the only array whatever its name', async () => {
    assert.deepEqual(await allNumbers((await open(fixture('single.npz'))).features), [0, 1, 2, 3]);
    assert.deepEqual([...(await readArray(fixture('single.npz'))).data], [0, 1, 2, 3]);
  });

  it('knows which labels go with which data', () => {
    const names = ['x', 'y', 'y_train', 'x_train', 'x_val', 'y_val', 'images', 'labels', 'arr_0', 'arr_1'];
    assert.equal(partnerOf('x', names), 'y');
    assert.equal(partnerOf('x_val', names), 'y_val');
    assert.equal(partnerOf('images', names), 'labels');
    assert.equal(partnerOf('arr_0', names), 'arr_1');
    assert.equal(partnerOf('X_test', ['X_test', 'Y_test']), 'Y_test');
    assert.equal(partnerOf('train_images', ['train_images', 'train_labels']), 'train_labels');
    assert.equal(partnerOf('x_test', ['x_test', 'y_train']), undefined);
    assert.equal(partnerOf('x', ['x', 'y_train']), undefined);
    assert.equal(partnerOf('something', ['something', 'y']), undefined);
  });

  it('tells a member from a path with a colon', () => {
    assert.deepEqual(splitMember('C:\\data\\a.npz:x.npy'), { file: 'C:\\data\\a.npz', member: 'x' });
    assert.deepEqual(splitMember('C:\\data\\a.npz'), { file: 'C:\\data\\a.npz' });
    assert.deepEqual(splitMember('a.npy:x'), { file: 'a.npy:x' });
  });

  it('lists the arrays there are when it cannot find one', async () => {
    assert.match(
      await problemOf(open(fixture('stored.npz:z'))),
      /stored\.npz: has no array `z`, only x_train, y_train, x_test, y_test, other/,
    );
    assert.match(await problemOf(readArray(fixture('stored.npz'))), /say which, as .*stored\.npz:x_train/);
    assert.match(
      await problemOf(
        open(temporary('nothing.npz', archive([{ name: 'a.txt', content: Buffer.from('a') }]))),
      ),
      /has no arrays/,
    );
    const twice = archive([
      { name: 'x.npy', content: encodeNpy(Uint8Array.of(1)) },
      { name: 'x.npy', content: encodeNpy(Uint8Array.of(2)) },
    ]);
    assert.match(await problemOf(open(temporary('twice.npz', twice))), /more than one array `x`/);
  });

  it('reads an archive written by hand, so that what follows is refused for its lies', async () => {
    const content = encodeNpy(Uint8Array.of(1, 2, 3));
    for (const deflated of [false, true]) {
      const file = temporary('honest.npz', archive([{ name: 'x.npy', content, deflated }]));
      assert.deepEqual([...(await readArray(file)).data], [1, 2, 3]);
    }
  });

  it('refuses members whose checksum does not fit', async () => {
    const content = encodeNpy(Uint8Array.of(1, 2, 3));
    for (const deflated of [false, true]) {
      const file = temporary('wrong.npz', archive([{ name: 'x.npy', content, deflated, checksum: 1 }]));
      assert.match(await problemOf(readArray(file)), /wrong\.npz, member x: is damaged: its checksum/);
    }
  });

  it('stops inflating at the declared size', async () => {
    const content = Buffer.concat([encodeNpy(Uint8Array.of(1, 2, 3)), Buffer.alloc(50 * 1024 * 1024)]);
    const bomb = archive([{ name: 'x.npy', content, deflated: true, declared: 131 }]);
    assert.match(
      await problemOf(readArray(temporary('bomb.npz', bomb))),
      /bomb\.npz, member x: inflates to more than the 131 bytes it promises/,
    );
  });

  it('refuses a member that inflates to less than declared', async () => {
    const content = promise(1000);
    const short = archive([{ name: 'x.npy', content, deflated: true, declared: 1128 }]);
    assert.match(await problemOf(readArray(temporary('short.npz', short))), /ends after 128 inflated bytes/);
  });

  it('refuses a declared 100 GB before taking memory for it', async () => {
    const size = 100e9;
    const member = { name: 'x.npy', content: promise(size), declared: size + 128, deflated: true };
    assert.match(
      await problemOf(readArray(temporary('large.npz', archive([member])))),
      /is 93\.1 GiB when inflated, the limit is 1\.0 GiB/,
    );
    const limits = { ...defaultLimits, bytes: 1e12 };
    assert.match(
      await problemOf(readArray(temporary('large.npz', archive([member])), limits)),
      /promises 93\.1 GiB, more than \d+ bytes of compressed data can hold/,
    );
    const stored = archive([{ ...member, deflated: false }]);
    await problemOf(readArray(temporary('large.npz', stored)));
  });

  it('refuses headers that disagree with the declared size', async () => {
    const content = Buffer.concat([promise(100), Buffer.alloc(50)]);
    for (const deflated of [false, true]) {
      const file = temporary('disagree.npz', archive([{ name: 'x.npy', content, deflated }]));
      assert.match(await problemOf(readArray(file)), /is cut off: 178 bytes, expected 228/);
    }
  });

  it('keeps to a limit of the user', async () => {
    assert.match(
      await problemOf(open(fixture('compressed.npz'), { limits: { bytes: 100 } })),
      /is 173 bytes when inflated, the limit is 100 bytes/,
    );
  });

  it('refuses what is no archive, or one that is cut off', async () => {
    const whole = readFileSync(fixture('compressed.npz'));
    for (const cut of [1, 10, 500, whole.length - 30, whole.length - 1]) {
      assert.match(await problemOf(open(temporary('cut.npz', whole.subarray(0, cut)))), /cut\.npz: is no/);
    }
    assert.match(await problemOf(open(temporary('text.npz', 'a,b\n1,2\n'))), /is no \.npz file/);
    assert.match(
      await problemOf(open(fixture('version-1.npy')).then(() => open(`${fixture('missing.npz')}:x`))),
      /no such file/,
    );
    assert.match(await problemOf(open(temporary('folder.npz:x'))), /no such file/);
  });
});
