#!/usr/bin/env -S MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=32768 node
import { setFlagsFromString } from 'node:v8';

/*
 * Memory on a small device: footage comes in buffers of 64 KiB to a few megabytes that live for a second. The first line lets the C
 * library give each back to the system when it is freed, and keep one heap instead of one per thread; the flag keeps V8 from growing
 * the space where new objects wait for their first collection from 1 MiB to 16. Both must be said before the rest is loaded; see also
 * footage-memory.ts. An archive has memory and wants speed.
 */
if (process.argv[2] === 'run') setFlagsFromString('--semi-space-growth-factor=1');
const { runCommandLine } = await import('./cli/program.js');

process.exitCode = await runCommandLine(process.argv);
