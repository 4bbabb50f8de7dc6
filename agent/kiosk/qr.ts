/** A QR code: which of its modules are dark. */
export interface QrCode {
  /** Modules a side. */
  size: number;
  /** Rows one after the other; 1 is dark. */
  dark: Uint8Array;
}

/** What fits a code that a telephone still reads from a screen at arm's length (version 15, level L). */
export const MAX_QR_BYTES = 520;

/** Draws text as a QR code, error correction M where it fits, else L. `text` is at most MAX_QR_BYTES of UTF-8. */
export async function qrCode(text: string): Promise<QrCode> {
  // The default: in the bundle, a CommonJS package has no other names.
  const { default: qrcode } = await import('qrcode');
  const level = Buffer.byteLength(text) <= 270 ? 'M' : 'L';
  // As one segment of bytes: mixed segments save little and some readers guess Chinese in them wrongly.
  const segment = { data: Buffer.from(text), mode: 'byte' } as const;
  const { modules } = qrcode.create([segment], { errorCorrectionLevel: level });
  return { size: modules.size, dark: modules.data };
}

/** The dark modules as one SVG path, a module being one unit. */
export function qrPath({ size, dark }: QrCode): string {
  let path = '';
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      let run = 0;
      while (x + run < size && dark[y * size + x + run] === 1) run++;
      if (run > 0) path += `M${x} ${y}h${run}v1h-${run}z`;
      x += run;
    }
  }
  return path;
}

/** Cuts text to so many bytes of UTF-8, at a character. */
export function clipBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  let clipped = '';
  let bytes = 3;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    clipped += character;
  }
  return `${clipped}…`;
}
