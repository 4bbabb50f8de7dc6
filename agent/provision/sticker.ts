import qrcode from 'qrcode';

/** What stands on a sticker. Nothing of it is secret: who can read the sticker has the device in hand. */
export interface Sticker {
  authority: string;
  device: string;
  unit?: string | undefined;
}

/** 50 mm by 25 mm: the QR code holds the journal's origin, and beside it stands what a person reads. */
export async function stickerSvg({ authority, device, unit }: Sticker): Promise<string> {
  const code = qrcode.create(`${authority}/${device}`, { errorCorrectionLevel: 'Q' });
  const { size } = code.modules;
  const path: string[] = [];
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      if (code.modules.get(row, column)) path.push(`M${column} ${row}h1v1h-1z`);
    }
  }
  const lines = [
    { text: device, y: 10, size: 3.4, weight: 700 },
    { text: unit ?? '', y: 14.5, size: 2.6, weight: 400 },
    { text: authority, y: 19, size: 2.2, weight: 400 },
  ].filter(({ text }) => text !== '');
  const texts = lines.map(({ text, y, size: most, weight }) => {
    // Bold letters of a monospaced face are 0.6 of their size wide, and there are 25 mm.
    const fitting = Math.min(most, 25 / (text.length * 0.6));
    return `<text x="24" y="${y}" font-size="${fitting.toFixed(2)}" font-weight="${weight}">${escaped(text)}</text>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="50mm" height="25mm" viewBox="0 0 50 25">
<title>${escaped(`${authority}/${device}`)}</title>
<rect width="50" height="25" fill="#fff"/>
<path transform="translate(3 3) scale(${(19 / size).toFixed(5)})" d="${path.join('')}" shape-rendering="crispEdges"/>
<g font-family="DejaVu Sans Mono, monospace">${texts.join('')}</g>
</svg>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
