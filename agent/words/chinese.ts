import { type Catalogue, translatorOf } from './pattern.js';
import { othersZh } from './zh/others.js';

/** Every text of the program's own that a person can meet at a terminal. */
export const OWN: readonly Catalogue[] = [];

/** A text of the program, or of a library that it quotes, in Chinese. */
export const inChinese = translatorOf([...OWN, othersZh]);
