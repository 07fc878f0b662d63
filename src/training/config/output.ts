import type { LayerConfig, TrainingSettings } from './config';
import { errorAt, type Finding } from './finding';
import { pluralise } from '../../core/wording';

/** Activation that the last layer has in the saved model, by the loss. */
export const outputActivation = { crossEntropy: 'softmax', binaryCrossEntropy: 'sigmoid' } as const;

/**
 * Checks that a network ends in its classes: a dense layer with a unit for each (one unit with binary cross-entropy), and
 * no activation but the one that goes with the loss. Also that softmax is nowhere else.
 * @param classes how many there are; undefined where the data is not known yet
 */
export function checkOutput(
  layers: readonly LayerConfig[],
  loss: TrainingSettings['loss'],
  classes: number | undefined,
): Finding[] {
  const last = layers.length - 1;
  const inner = layers.flatMap((layer, index) =>
    index < last && 'activation' in layer && layer.activation === 'softmax'
      ? [errorAt(`/model/layers/${index}/activation`, '`softmax` is for the last layer only')]
      : [],
  );
  return [...inner, ...checkLast(layers[last], `/model/layers/${last}`, loss, classes)];
}

function checkLast(
  layer: LayerConfig,
  pointer: string,
  loss: TrainingSettings['loss'],
  classes: number | undefined,
): Finding[] {
  const binary = loss === 'binaryCrossEntropy';
  if (layer.type !== 'dense') {
    const units = binary
      ? '1 unit'
      : classes === undefined
        ? 'a unit for each class'
        : `${classes} units, one a class`;
    return [
      errorAt(pointer, `the network ends in \`${layer.type}\`, expected a \`dense\` layer with ${units}`),
    ];
  }
  const findings: Finding[] = [];
  const own = outputActivation[loss];
  const activation = layer.activation ?? 'linear';
  if (activation !== 'linear' && activation !== own) {
    findings.push(
      errorAt(
        `${pointer}/activation`,
        `the last layer has \`${activation}\`, expected \`${own}\`, which it has with \`${loss}\` also when \`activation\` is left out`,
      ),
    );
  }
  const wrong = wrongUnits(layer.units, binary, classes);
  if (wrong !== undefined) findings.push(errorAt(`${pointer}/units`, wrong));
  return findings;
}

function wrongUnits(units: number, binary: boolean, classes: number | undefined): string | undefined {
  const found = `the network ends in ${pluralise(units, 'unit')}`;
  if (binary) return units === 1 ? undefined : `${found}, expected 1 with \`binaryCrossEntropy\``;
  if (classes === undefined) {
    const rather = 'expected one a class, or the loss `binaryCrossEntropy`';
    return units === 1 ? `${found}, ${rather}` : undefined;
  }
  return units === classes ? undefined : `${found}, expected ${classes}, one a class`;
}
