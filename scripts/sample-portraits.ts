import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../config/package-root.js';

/*
 * Draws the portraits of the sample hall: invented people, plain shapes, no photograph behind them. Run it after a change with
 * `node dist/scripts/sample-portraits.js`; it needs Debian's ffmpeg, which reads SVG. What it writes is committed.
 */
const FOLDER = join(PACKAGE_ROOT, 'config/sample-hall/portraits');
const WIDTH = 360;
const HEIGHT = 480;

interface Portrait {
  name: string;
  backdrop: [top: string, bottom: string];
  skin: string;
  hair: string;
  /** Drawn behind the head. */
  back?: string;
  /** Drawn over the forehead. */
  fringe: string;
  glasses?: boolean;
  /** A tie, or a bow at the collar. */
  collar: 'tie' | 'bow';
}

const SHORT =
  'M100 204 C92 110 142 74 184 74 C236 74 270 112 260 204 C254 170 244 150 232 140 C196 150 150 148 122 136 C112 152 106 172 100 204 Z';
const PARTED =
  'M98 208 C88 118 128 70 182 70 C240 70 272 116 262 208 C258 174 250 152 226 134 C186 138 146 132 134 116 C130 148 108 164 98 208 Z';
const SWEPT =
  'M99 206 C84 108 142 66 196 72 C248 78 270 120 261 206 C256 172 250 156 240 146 C206 152 176 140 160 122 C146 142 114 152 99 206 Z';
const FRINGE =
  'M100 200 C92 112 140 72 180 72 C222 72 268 112 260 200 C256 184 252 170 248 160 C210 172 150 172 112 160 C108 170 104 184 100 200 Z';
const LONG =
  'M92 190 C84 104 132 62 180 62 C230 62 278 104 268 190 C268 260 284 300 270 336 L90 336 C76 300 92 260 92 190 Z';
const BOB =
  'M90 196 C80 102 132 60 180 60 C232 60 280 102 270 196 C272 236 268 268 256 284 L104 284 C92 268 88 236 90 196 Z';
const BUN =
  'M180 22 a38 34 0 1 1 -0.1 0 Z M94 186 C88 104 134 64 180 64 C228 64 272 104 266 186 C266 196 262 204 258 208 L102 208 C98 204 94 196 94 186 Z';

const PORTRAITS: readonly Portrait[] = [
  {
    name: 'window-1',
    backdrop: ['#dfe9f3', '#b9cde2'],
    skin: '#f3cfb3',
    hair: '#2b2320',
    back: BOB,
    fringe: FRINGE,
    collar: 'bow',
  },
  {
    name: 'window-2',
    backdrop: ['#e3eee6', '#bfd8c6'],
    skin: '#eec3a2',
    hair: '#1f1b1a',
    fringe: SHORT,
    collar: 'tie',
    glasses: true,
  },
  {
    name: 'window-3',
    backdrop: ['#f3ebdf', '#e0cfb2'],
    skin: '#e8ba96',
    hair: '#2a2523',
    fringe: SWEPT,
    collar: 'tie',
  },
  {
    name: 'window-4',
    backdrop: ['#efe3ec', '#d8bfd2'],
    skin: '#f5d3b9',
    hair: '#33241f',
    back: LONG,
    fringe: PARTED,
    collar: 'bow',
  },
  {
    name: 'window-5',
    backdrop: ['#e2eeee', '#b8d5d6'],
    skin: '#f1caa9',
    hair: '#241d1c',
    back: BUN,
    fringe: PARTED,
    collar: 'bow',
    glasses: true,
  },
  {
    name: 'window-6',
    backdrop: ['#e8e6f1', '#c6c2de'],
    skin: '#edc09c',
    hair: '#3a3533',
    fringe: PARTED,
    collar: 'tie',
  },
  {
    name: 'replacement',
    backdrop: ['#eae9e4', '#cfccc0'],
    skin: '#e6b891',
    hair: '#77716d',
    fringe: SHORT,
    collar: 'tie',
    glasses: true,
  },
];

function svgOf({ backdrop, skin, hair, back, fringe, glasses, collar }: Portrait): string {
  const [top, bottom] = backdrop;
  const neckwear =
    collar === 'tie'
      ? '<path d="M170 352 L190 352 L186 372 L198 452 L180 474 L162 452 L174 372 Z" fill="#7c2230"/>'
      : '<path d="M180 364 L146 348 L146 384 Z M180 364 L214 348 L214 384 Z" fill="#7c2230"/><circle cx="180" cy="365" r="9" fill="#611823"/>';
  const lenses =
    '<g fill="none" stroke="#3c3a40" stroke-width="4"><rect x="122" y="188" width="48" height="36" rx="14"/><rect x="190" y="188" width="48" height="36" rx="14"/><path d="M170 202 q10 -6 20 0"/></g>';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 360 480">
<defs><linearGradient id="g" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${top}"/><stop offset="1" stop-color="${bottom}"/></linearGradient></defs>
<rect width="360" height="480" fill="url(#g)"/>
${back === undefined ? '' : `<path d="${back}" fill="${hair}"/>`}
<path d="M20 480 C24 396 84 362 142 344 L218 344 C276 362 336 396 340 480 Z" fill="#22344e"/>
<path d="M152 270 L208 270 L210 350 C196 368 164 368 150 350 Z" fill="${skin}"/>
<path d="M152 300 C170 322 192 322 208 300 L208 322 C192 338 168 338 152 322 Z" fill="#000" opacity="0.08"/>
<path d="M142 340 L180 366 L150 398 L126 350 Z M218 340 L180 366 L210 398 L234 350 Z" fill="#f7f8fa"/>
${neckwear}
<path d="M126 350 L150 398 L140 480 L112 480 L96 362 Z M234 350 L210 398 L220 480 L248 480 L264 362 Z" fill="#1a2a40"/>
<rect x="246" y="412" width="46" height="16" rx="3" fill="#d9b25f"/>
<ellipse cx="103" cy="212" rx="13" ry="21" fill="${skin}"/><ellipse cx="257" cy="212" rx="13" ry="21" fill="${skin}"/>
<path d="M104 180 C104 116 138 92 180 92 C222 92 256 116 256 180 C256 250 226 294 180 294 C134 294 104 250 104 180 Z" fill="${skin}"/>
<path d="${fringe}" fill="${hair}"/>
<path d="M128 180 q18 -10 36 -1 M196 179 q18 -9 36 1" fill="none" stroke="${hair}" stroke-width="6" stroke-linecap="round"/>
<ellipse cx="146" cy="206" rx="7" ry="8" fill="#2a2320"/><ellipse cx="214" cy="206" rx="7" ry="8" fill="#2a2320"/>
<circle cx="148.500" cy="203" r="2.200" fill="#fff"/><circle cx="216.500" cy="203" r="2.200" fill="#fff"/>
${glasses === true ? lenses : ''}
<path d="M180 214 q-8 22 2 26" fill="none" stroke="#000" stroke-opacity="0.18" stroke-width="4" stroke-linecap="round"/>
<path d="M158 258 q22 16 44 0" fill="none" stroke="#a4534a" stroke-width="5" stroke-linecap="round"/>
<circle cx="132" cy="240" r="12" fill="#e58a7a" opacity="0.22"/><circle cx="228" cy="240" r="12" fill="#e58a7a" opacity="0.22"/>
</svg>`;
}

mkdirSync(FOLDER, { recursive: true });
for (const portrait of PORTRAITS) {
  const out = join(FOLDER, `${portrait.name}.png`);
  const svg = join(FOLDER, `.${portrait.name}.svg`);
  writeFileSync(svg, svgOf(portrait));
  // A palette of 64 colours: a tenth of the bytes, and every device's broker takes the envelope.
  const filter =
    'format=rgb24,split[a][b];[a]palettegen=max_colors=64:reserve_transparent=0[p];[b][p]paletteuse=dither=sierra2_4a';
  const size = ['-frames:v', '1', '-vf', filter, '-compression_level', '9'];
  const ran = spawnSync('ffmpeg', ['-v', 'error', '-y', '-i', svg, ...size, out]);
  rmSync(svg);
  if (ran.status !== 0) throw new Error(`ffmpeg: ${ran.stderr}`);
  process.stdout.write(`${out}\n`);
}
