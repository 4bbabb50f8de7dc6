import { createReadStream } from 'node:fs';

/** What somebody brought on a stick, or pipes in (`-`), as text: no more than one byte above `maxBytes`, for whoever parses it to refuse. */
export async function readCarried(path: string, maxBytes: number): Promise<string> {
  const source = path === '-' ? process.stdin : createReadStream(path, { end: maxBytes });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBytes) break;
  }
  return Buffer.concat(chunks)
    .subarray(0, maxBytes + 1)
    .toString();
}
