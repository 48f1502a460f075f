/** Hues of images as tensors: to HSV, around the circle of hues, and back, with torchvision's roundings. */
import { add, div, fmod, mul, remainder, sub } from '../../../ops/elementwise/binary.js';
import { clamp } from '../../../ops/elementwise/clamp.js';
import { eq, logicalAnd, logicalNot, ne } from '../../../ops/elementwise/comparison.js';
import { where } from '../../../ops/elementwise/table.js';
import { floor } from '../../../ops/elementwise/unary.js';
import { stack, unbind } from '../../../ops/join/join.js';
import { amax, amin } from '../../../ops/reduce/extrema.js';
import { to } from '../../../ops/view/copy.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { fromUnits, unitsOf, type Version } from './values.js';

type Three = [Tensor, Tensor, Tensor];

/** Hue, saturation and value of red, green and blue from 0 to 1; a grey has hue and saturation 0. */
function hsvOf(x: Tensor, version: Version): Three {
  const [r, g, b] = unbind(x, -3) as Three;
  const [most, least] = [amax(x, -3), amin(x, -3)];
  const grey = eq(most, least);
  const range = sub(most, least);
  const saturation = div(range, where(grey, 1, most));
  const divisor = where(grey, 1, range);
  const [rc, gc, bc] = [r, g, b].map((c) => div(sub(most, c), divisor)) as Three;
  const notRed = ne(most, r);
  const green = eq(most, g);
  const ofGreen = mul(sub(add(rc, 2), bc), logicalAnd(green, notRed));
  const ofRed = mul(sub(bc, gc), logicalNot(notRed));
  const ofBlue = mul(sub(add(gc, 4), rc), logicalAnd(notRed, logicalNot(green)));
  const sum = add(add(ofRed, ofGreen), ofBlue);
  return [fmod(add(version === 'v1' ? div(sum, 6) : mul(sum, 1 / 6), 1), 1), saturation, most];
}

/** Which of v, p, q and t a channel is in each sixth of the circle. */
const CHANNELS = ['vqpptv', 'tvvqpp', 'pptvvq'] as const;

/** Red, green and blue of hue, saturation and value. */
function rgbOf([h, s, v]: Three, version: Version): Tensor {
  const six = mul(h, 6);
  const whole = floor(six);
  const f = sub(six, whole);
  const sixth = remainder(to(whole, 'int32'), 6);
  const part = (x: Tensor) => clamp(mul(v, x), 0, 1);
  const rest = sub(1, s);
  const sf = mul(s, f);
  const values = {
    v,
    p: part(rest),
    q: part(sub(1, sf)),
    t: part(version === 'v1' ? sub(1, mul(s, sub(1, f))) : add(sf, rest)),
  };
  const places = Array.from({ length: 5 }, (_, i) => eq(sixth, i));
  const channel = (letters: string) => {
    const at = (i: number) => values[letters[i] as keyof typeof values];
    return places.reduceRight((out, place, i) => where(place, at(i), out), at(5));
  };
  return stack(CHANNELS.map(channel), -3);
}

/** An image [..., 3, H, W] whose hue is moved by a part of its circle. */
export function hueShifted(op: string, x: Tensor, factor: number, version: Version): Tensor {
  const [h, s, v] = hsvOf(unitsOf(op, x, version), version);
  return fromUnits(op, rgbOf([remainder(add(h, factor), 1), s, v], version), x.dtype);
}
