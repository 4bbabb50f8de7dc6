import { Section, Words, Zh } from './report-parts.js';
import { type Both, count, VERDICT_WORDS, type VerdictWords, visible } from './report-text.js';
import { VERDICT_STATUS, type Verdict, type VerdictName } from './verify/verdict.js';

const BEYOND_FOOTAGE: Both = {
  en: 'No verdict tells whether what stood before the camera was genuine, or what it means in law.',
  zh: '任何结论都不判断镜头前的情景是否真实，也不判断其法律意义。',
};

/** What each of the four verdicts means, the present one named, and what none of them can tell. */
export function Meanings({
  verdict,
  words = VERDICT_WORDS,
  beyond = BEYOND_FOOTAGE,
}: {
  verdict: Pick<Verdict, 'verdict'>;
  words?: VerdictWords;
  /** What no verdict tells. */
  beyond?: Both;
}) {
  return (
    <Section id="meanings" en="What the verdicts mean" zh="结论的含义">
      <dl class="meaning">
        {(Object.keys(VERDICT_WORDS) as VerdictName[]).map((name) => (
          <div class={`is-${name}`}>
            <dt>
              <Words {...words[name].name} />
              {name === verdict.verdict ? (
                <>
                  {' '}
                  ← this one <Zh>本次结论</Zh>
                </>
              ) : null}
            </dt>
            <dd>
              {words[name].meaning.en} <Zh>{words[name].meaning.zh}</Zh>{' '}
              <span class="quiet">Exit status {VERDICT_STATUS[name]}.</span>
            </dd>
          </div>
        ))}
      </dl>
      <p>
        {beyond.en} <Zh>{beyond.zh}</Zh>
      </p>
    </Section>
  );
}

/** How to come to the same answer with this tool, and without it. */
export function CheckAgain({ verdict }: { verdict: Verdict }) {
  return (
    <Section id="again" en="Check it again without us" zh="独立复核">
      <p>
        With this tool, no network needed. The trust file must come from the authority, not with the folder.{' '}
        <Zh>使用本工具（无需联网）；信任文件须取自管理机关，而不是随文件夹一同取得。</Zh>
      </p>
      <pre>
        <code>liuhen verify FOLDER --trust TRUST-FILE</code>
      </pre>
      <p>
        Without it, on any computer with OpenSSL and the usual text tools (README.txt in the folder has the
        commands in full): <Zh>不使用本工具，用 OpenSSL 和常用命令即可：</Zh>
      </p>
      <ol class="steps">
        <li>
          Footage: each <code>fragment</code> entry in <code>tile/entries/</code> names the SHA-256 and the
          length of one piece of <code>recording.mp4</code>; the pieces follow one another after the{' '}
          <code>init</code> of <code>take-started</code>.
          <pre>
            <code>tail -c +$((OFFSET + 1)) recording.mp4 | head -c BYTES | sha256sum</code>
          </pre>
        </li>
        <li>
          Journal: the hash of an entry is SHA-256 of a zero byte and the entry; the tiles hold these hashes,
          and hashing them upward by pairs (RFC 6962) must give the root in <code>checkpoint</code>, over{' '}
          {count(verdict.journal.size)} entries.
          <pre>
            <code>{"(printf '\\0'; cat ENTRY) | sha256sum"}</code>
          </pre>
        </li>
        <li>
          Signatures: the text of <code>checkpoint</code>, and of each note in <code>keys</code>, is signed
          with Ed25519. A signature line is base64 of 4 bytes key id and 64 bytes signature. A key is base64
          of one byte 01 and 32 bytes; the first key is the pinned one, and each note names the next.
          <pre>
            <code>
              {
                "(printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'; echo KEY-BASE64 | base64 -d | tail -c 32) > key.der\necho SIGNATURE-BASE64 | base64 -d | tail -c 64 > signature\nsed '/^$/,$d' checkpoint > text\nopenssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in text -sigfile signature"
              }
            </code>
          </pre>
        </li>
        <li>
          Or with the tools of transparency logs: <code>checkpoint</code> (tlog-checkpoint, tlog-cosignature),{' '}
          <code>tile/</code> (tlog-tiles) and <code>policy</code> (tlog-policy) follow the public C2SP
          specifications. The origin to expect is <code>{visible(verdict.origin, 320)}</code>.
        </li>
      </ol>
    </Section>
  );
}
