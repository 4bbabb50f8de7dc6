import type { RecordingState } from '../buffer/recordings.js';
import { bytesText, durationText } from '../cli/text.js';
import type { Words } from '../words/words.js';

/** A row of the status; the last says whether it is an alarm. */
export type StatusRow = [name: string, value: string, isAlarm: boolean];

export interface PageParts {
  words: Words;
  device: string;
  rows: readonly StatusRow[];
  /** Newest first. */
  recordings: readonly RecordingState[];
}

/** The recorder's own page as it is when it is opened; the script keeps it so. */
export function recorderPage({ words, device, rows, recordings }: PageParts): string {
  const { web } = words;
  const page = (
    <html lang={words.language === 'zh' ? 'zh-CN' : 'en'}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${device} — Liuhen`}</title>
        <link rel="icon" href="/assets/recorder.svg" />
        <link rel="stylesheet" href="/assets/recorder.css" />
        <script src="/assets/recorder.js" defer />
      </head>
      <body data-gone={web.gone}>
        <main>
          <h1>{device}</h1>
          <div class="now">
            <img class="picture" src="/picture.jpg" alt={web.picture} />
            <table id="status">
              <tbody>
                {rows.map(([name, value, isAlarm]) => (
                  <tr class={isAlarm ? 'is-alarm' : ''}>
                    <th scope="row">{name}</th>
                    <td>{value}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <section class="day">
              <h2>{web.day}</h2>
              <p class="quiet">{web.gaps}</p>
              {(['backlog', 'disk'] as const).map((name) => (
                <figure>
                  <figcaption>{web.chart[name]}</figcaption>
                  <img class="chart" src={`/chart/${name}.svg`} alt={web.chart[name]} />
                </figure>
              ))}
            </section>
          </div>
          <h2>{web.recordings}</h2>
          <p class="said" role="status" />
          <div id="kept">
            {recordings.length === 0 ? (
              <p>{web.none}</p>
            ) : (
              <Recordings words={words} recordings={recordings} />
            )}
          </div>
        </main>
      </body>
    </html>
  );
  return `<!doctype html>${page.toString()}`;
}

function Recordings({ words: { web }, recordings }: Pick<PageParts, 'words' | 'recordings'>) {
  return (
    <div class="wide">
      <table id="recordings">
        <thead>
          <tr>
            {web.columns.map((name) => (
              <th scope="col">{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {recordings.map(({ recording, startedAt, durationMs, bytes, stopped, receipt, evicted }) => (
            <tr>
              <td>{recording}</td>
              <td>{startedAt.wall.replace('T', ' ').slice(0, 19)}</td>
              <td>{durationText(durationMs)}</td>
              <td>{bytesText(bytes)}</td>
              <td>{receipt === undefined ? web.no : web.yes}</td>
              <td>
                {stopped === undefined ? (
                  web.recordingNow
                ) : evicted === undefined ? (
                  <form method="post" action={`/export/${recording}`}>
                    <button type="submit">{web.export}</button>
                  </form>
                ) : (
                  web.removed
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
