import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  layoutGrid,
  nameOfUnit,
  placeOfUnit,
  unitInGrid,
  unitByKey,
} from '../../../webview/details/gridLayout';
import { patternInWords, patternLines, pieceShades } from '../../../webview/details/pieceColours';

const widths = fc.integer({ min: 40, max: 900 });
const shapes = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 3000 })),
  fc.tuple(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 })),
);
const unitsOf = (shape: number[]) => shape.reduce((product, size) => product * size, 1);

describe('the grid of a pattern', () => {
  it('finds every unit where it is drawn, and none in between', () => {
    fc.assert(
      fc.property(shapes, widths, (shape, width) => {
        const units = unitsOf(shape);
        const layout = layoutGrid(shape, units, width);
        const places = new Set<string>();
        for (let unit = 0; unit < units; unit++) {
          const { x, y } = placeOfUnit(layout, unit);
          places.add(`${x} ${y}`);
          assert.equal(unitInGrid(layout, x, y), unit);
          assert.equal(unitInGrid(layout, x + layout.pitch - 0.5, y + layout.pitch - 0.5), unit);
          assert.ok(x + layout.pitch <= layout.width && y + layout.pitch <= layout.height);
        }
        assert.equal(places.size, units);
        assert.equal(unitInGrid(layout, layout.width + 1, 0), -1);
        assert.equal(unitInGrid(layout, 0, layout.height + 1), -1);
        assert.equal(unitInGrid(layout, -1, 0), -1);
      }),
      { seed: 7, numRuns: 60 },
    );
  });

  it('fits into its room', () => {
    fc.assert(
      fc.property(shapes, widths, (shape, width) => {
        const { width: used, pitch } = layoutGrid(shape, unitsOf(shape), width);
        assert.ok(used <= width || pitch === 1, `${used} of ${width}`);
      }),
      { seed: 8, numRuns: 200 },
    );
  });

  it('wraps units without positions in rows that can be counted', () => {
    const layout = layoutGrid([32], 32, 290);
    assert.deepEqual([layout.columns, layout.rows, layout.panels], [16, 2, 1]);
    assert.equal(nameOfUnit(layout, 17), 'unit 17');
    const wide = layoutGrid([4096], 4096, 290);
    assert.equal(wide.columns % 8, 0);
    assert.ok(wide.height < 500, `${wide.height}`);
  });

  it('keeps the positions of channels together', () => {
    const layout = layoutGrid([6, 5, 4], 120, 300);
    assert.deepEqual([layout.panels, layout.rows, layout.columns], [6, 5, 4]);
    assert.equal(nameOfUnit(layout, 2 * 20 + 3 * 4 + 1), 'unit 53 (channel 2, row 3, column 1)');
    const first = placeOfUnit(layout, 20);
    const below = placeOfUnit(layout, 24);
    assert.deepEqual([below.x, below.y], [first.x, first.y + layout.pitch]);
    const images = layoutGrid([16, 28, 28], 16 * 28 * 28, 262);
    assert.deepEqual([images.pitch, images.panelsInRow], [2, 4]);
    // A pooled layer has no positions left.
    assert.equal(layoutGrid([64, 1, 1], 64, 300).channels, false);
  });

  it('is walked through by arrow keys, never out of it', () => {
    const layout = layoutGrid([6, 5, 4], 120, 300);
    assert.equal(unitByKey(layout, 0, 'ArrowLeft'), 0);
    assert.equal(unitByKey(layout, 0, 'ArrowRight'), 1);
    assert.equal(unitByKey(layout, 1, 'ArrowDown'), 5);
    assert.equal(unitByKey(layout, 1, 'PageDown'), 21);
    assert.equal(unitByKey(layout, 118, 'PageDown'), 118);
    assert.deepEqual(
      ['Home', 'End', 'Tab'].map((key) => unitByKey(layout, 50, key)),
      [0, 119, undefined],
    );
  });
});

describe('pieces of a pattern', () => {
  it('have shades that differ in lightness, evenly', () => {
    const lightness = (colour: string) => parseInt(colour.slice(1, 3), 16);
    for (const [background, text] of [
      ['#ffffff', '#000000'],
      ['#1e1e1e', '#e6e6e6'],
    ]) {
      for (const count of [2, 3, 4]) {
        const values = pieceShades(count, background, text).map(lightness);
        const steps = values.slice(1).map((value, i) => Math.abs(value - values[i]));
        assert.ok(Math.min(...steps) > 35, `${values}`);
        assert.ok(Math.max(...steps) - Math.min(...steps) <= 2, `${values}`);
      }
    }
  });

  it('are told in words: which units are on, or in which piece', () => {
    const pieces = new Uint8Array(40);
    pieces[1] = pieces[33] = 1;
    assert.equal(patternInWords(pieces, 2), '2 of 40 units on');
    assert.deepEqual(patternLines(pieces, 2), [
      { name: 'units 0–31', text: 'on: 1' },
      { name: 'units 32–39', text: 'on: 33' },
    ]);
    const three = Uint8Array.of(0, 1, 2, 2);
    assert.equal(patternInWords(three, 3), '4 units: 1 in piece 0, 1 in piece 1, 2 in piece 2');
    assert.equal(patternLines(three, 3)[0].text, 'piece 1: 1; piece 2: 2, 3');
    assert.equal(patternLines(new Uint8Array(8), 2)[0].text, 'all off');
  });

  it('end where nobody reads on, and say so', () => {
    const lines = patternLines(new Uint8Array(10_000), 2);
    assert.equal(lines.length, 129);
    assert.equal(lines[128].text, '5,904 more units');
  });
});
