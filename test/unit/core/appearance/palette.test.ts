import assert from 'node:assert/strict';
import { classColour, correctnessColours, mix } from '../../../../src/core/appearance/palette';

type Rgb = [number, number, number];

/** Linear light of an sRGB colour. */
function linear(colour: string): Rgb {
  return [1, 3, 5].map((at) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
}

/** Full dichromacy in linear RGB (Machado, Oliveira, Fernandes 2009, severity 1.0). */
const vision: Record<string, number[][]> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** CIE L*a*b* (D65) of a colour as somebody sees it. */
function lab(colour: string, matrix: number[][]): Rgb {
  const rgb = linear(colour);
  const [r, g, b] = matrix.map((row) =>
    Math.min(1, Math.max(0, row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2])),
  );
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function difference(a: string, b: string, matrix: number[][]): number {
  const [p, q] = [lab(a, matrix), lab(b, matrix)];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

describe('colours', () => {
  const ten = Array.from({ length: 10 }, (_, c) => classColour(c));

  for (const [name, matrix] of Object.entries(vision)) {
    it(`ten classes stay apart with ${name} vision`, () => {
      ten.forEach((a, i) => {
        ten.slice(i + 1).forEach((b) => {
          // Two colours side by side are told apart from a difference of about 2.3 on.
          assert.ok(difference(a, b, matrix) > 5, `${a} and ${b}: ${difference(a, b, matrix).toFixed(1)}`);
        });
      });
      assert.ok(difference(correctnessColours[0], correctnessColours[1], matrix) > 30);
    });
  }

  it('thirty classes have thirty colours', () => {
    assert.equal(new Set(Array.from({ length: 30 }, (_, c) => classColour(c))).size, 30);
    assert.match(classColour(1234), /^#[0-9a-f]{6}$/);
  });

  it('mixes', () => {
    assert.equal(mix('#000000', '#ffffff', 0.5), '#808080');
    assert.equal(mix('#123456', '#ffffff', 0), '#123456');
  });
});
