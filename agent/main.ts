#!/usr/bin/env -S MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=32768 node
import { commandName } from './cli/command-name.js';
import { preferMemory } from './small-memory.js';

/*
 * Memory on a small device: footage comes in buffers of 64 KiB to a few megabytes that live for a second. The first line lets the C
 * library give each back to the system when it is freed, and keep one heap instead of one per thread; see also footage-memory.ts, and
 * small-memory.ts for V8's share. Both must be said before the rest is loaded. An archive has memory and wants speed.
 */
if (commandName(process.argv) === 'run') preferMemory();
const { runCommandLine } = await import('./cli/program.js');

process.exitCode = await runCommandLine(process.argv);
