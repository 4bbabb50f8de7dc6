import type { Command } from 'commander';
import { LiuhenError } from '../../config/errors.js';
import { isDeviceId } from '../../config/identity.js';
import { type EnvelopeFile, newestOf, readEnvelopes } from '../authority/envelope-files.js';
import { notRetained, type Publication, publishRetained } from '../authority/publish.js';
import { boardTopic } from '../disclosure/topic.js';
import { spoken } from '../words/spoken.js';
import { type BrokerFlags, brokerOptions, brokerSettings, inFlags } from './broker-flags.js';
import { tableText } from './text.js';

interface PublishFlags extends BrokerFlags {
  hall?: string[];
  dryRun?: boolean;
  check: boolean;
  json?: boolean;
}

/** `liuhen sign publish`: the newest revision of each, to every kiosk of its hall. */
export function registerPublish(sign: Command): void {
  brokerOptions(sign.command('publish'))
    .description('publish signed envelopes to the kiosks of their halls: retained, QoS 1')
    .argument('<paths...>', 'envelopes, or folders of them; of each only the newest revision goes out')
    .option('--hall <halls...>', 'halls for a trust document (default: those of the content beside it)')
    .option('--dry-run', 'say what would be published where, and connect to nothing')
    .option('--no-check', 'do not read back what the broker then holds')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nTopics: liuhen/1/board/<hall>/<kind>/<id>. Needs no key: what is in the files is signed, and kiosks check it.\n' +
        'Example: liuhen sign publish signed/ --broker mqtts://broker.liuhen.example:8883 --username desk \\\n' +
        '           --password-file broker-password --ca-file broker-ca.pem',
    )
    .action(async (paths: string[], { hall, dryRun, check, json, ...flags }: PublishFlags) => {
      const publications = publicationsOf([...newestOf(await readEnvelopes(paths)).values()], hall);
      if (dryRun !== true) {
        const settings = brokerSettings(flags);
        const lacking = await inFlags(async () => {
          await publishRetained(settings, publications);
          return check ? await notRetained(settings, publications) : [];
        });
        if (lacking.length > 0) throw dropped(lacking);
      }
      if (json === true) {
        const rows = publications.map(({ topic, payload, file }) => ({
          topic,
          bytes: payload.length,
          revision: file.ref.revision,
          sha256: file.ref.sha256,
          file: file.path,
        }));
        process.stdout.write(`${JSON.stringify({ published: dryRun !== true, topics: rows })}\n`);
        return;
      }
      const rows = publications.map(({ topic, payload, file }) => [
        topic,
        spoken(`revision ${file.ref.revision}`),
        spoken(`${payload.length} bytes`),
      ]);
      process.stdout.write(`${tableText(rows)}\n`);
      process.stderr.write(
        spoken(dryRun === true ? 'nothing was published\n' : `${rows.length} published\n`),
      );
    });
}

function publicationsOf(files: readonly EnvelopeFile[], named: readonly string[] | undefined) {
  if (files.length === 0) {
    throw new LiuhenError('LIUHEN_USAGE', 'expected signed envelopes (….dsse.json), got none', {
      next: 'liuhen sign content writes them',
    });
  }
  for (const hall of named ?? []) {
    if (!isDeviceId(hall))
      throw new LiuhenError('LIUHEN_USAGE', `--hall: expected a-z, 0-9 and -, got ${hall}`);
  }
  const halls = new Set(
    named ?? files.flatMap(({ document }) => (document.kind === 'trust' ? [] : document.hall)),
  );
  const publications: (Publication & { file: EnvelopeFile })[] = [];
  for (const file of files) {
    const { kind, id } = file.ref;
    const { document, bytes: payload } = file;
    const to = document.kind === 'trust' ? [...halls] : [document.hall];
    if (to.length === 0) {
      throw new LiuhenError('LIUHEN_USAGE', 'a trust document names no hall: expected --hall HALL');
    }
    publications.push(...to.map((hall) => ({ topic: boardTopic(hall, kind, id), payload, file })));
  }
  // Keys before what they sign.
  const isTrust = ({ file }: { file: EnvelopeFile }) => file.ref.kind === 'trust';
  return [...publications.filter(isTrust), ...publications.filter((each) => !isTrust(each))];
}

function dropped(topics: readonly string[]): LiuhenError {
  const shown = topics.slice(0, 5).join(', ');
  return new LiuhenError(
    'LIUHEN_LINK',
    `the broker does not hold what it acknowledged: ${shown}${topics.length > 5 ? `, and ${topics.length - 5} more` : ''}`,
    {
      next: "check the broker's access rules for this user, its message size limit, and that it keeps retained messages",
    },
  );
}
