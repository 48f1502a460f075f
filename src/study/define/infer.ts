/** What a study's setting is, made of what the baseline, the levels of factors and the variants say: no casts are needed where they differ in kind. */
import type { Levels, StudyOptions, StudyVariant } from './types.js';

/** What a level may be beside what the baseline has: any number for a number, any text for a text, any function for a function. */
export type Kin<T> = T extends number
  ? number
  : T extends string
    ? string
    : T extends boolean
      ? boolean
      : T extends (...args: never) => unknown
        ? (...args: never) => unknown
        : T extends abstract new (
              ...args: never
            ) => unknown
          ? abstract new (
              ...args: never
            ) => unknown
          : T extends readonly unknown[]
            ? readonly unknown[]
            : T extends object
              ? object
              : unknown;

/** What factors may be for a baseline. */
export type FactorsOf<B> = { readonly [K in keyof B]?: Levels<Kin<B[K]>> };

/** What variants may be for a baseline. */
export type VariantsOf<B> = Readonly<Record<string, ChangesOf<B> | StudyVariant<ChangesOf<B>>>>;

type ChangesOf<B> = { readonly [K in keyof B]?: Kin<B[K]> };

/** A number or a truth value stands for all of them; texts for themselves, so that a `switch` knows them all. */
type Loose<T> = T extends number ? number : T extends boolean ? boolean : T extends readonly (infer E)[] ? readonly Loose<E>[] : T;

/** What the levels of a factor are. */
type LevelOf<F> = F extends readonly (infer L)[] ? L : F extends Readonly<Record<string, infer L>> ? L : never;

/** What a variant changes. */
type Changed<V> = V extends { readonly setting: infer P } ? P : V;

/** What variants give a setting. */
type Given<V, K> = V extends Readonly<Record<string, infer One>> ? Picked<Changed<One>, K> : never;

type Picked<P, K> = P extends unknown ? (K extends keyof P ? P[K] : never) : never;

/** The setting that `model` and the other functions of a study get. */
export type SettingOf<B, F, V> = {
  -readonly [K in keyof B]: Loose<B[K] | (K extends keyof F ? LevelOf<NonNullable<F[K]>> : never) | Exclude<Given<V, K>, undefined>>;
};

/** The options of a study whose setting is made of its baseline, factors and variants. */
export type InferredOptions<B extends object, F, V> = Omit<StudyOptions<SettingOf<B, F, V>>, 'baseline' | 'factors' | 'variants'> & {
  baseline: B;
  factors?: F;
  variants?: V;
};
