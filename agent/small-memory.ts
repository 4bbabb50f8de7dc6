import { setFlagsFromString } from 'node:v8';

/**
 * What a recorder does in JavaScript each second is little, and native code moves its footage. So nothing is compiled beyond byte code,
 * which saves 5 MB; the space where new objects wait for their first collection does not grow from 1 MiB to 16; and there is no
 * marking in small steps, which begins anew with every few buffers that come and takes a quarter of an upload's processor time.
 */
export const RECORDER_FLAGS = [
  '--semi-space-growth-factor=1',
  '--no-opt',
  '--no-sparkplug',
  '--no-incremental-marking',
];
/** A kiosk makes pages, of thousands of documents. */
const KIOSK_FLAGS = ['--opt', '--sparkplug', '--incremental-marking'];

/** For the process of a device, before the rest is loaded. */
export function preferMemory(): void {
  for (const flag of RECORDER_FLAGS) setFlagsFromString(flag);
}

/** For a kiosk, once it is known to be one. */
export function preferSpeed(): void {
  for (const flag of KIOSK_FLAGS) setFlagsFromString(flag);
}
