/** Whether a text is a command line, a name, a path or a piece of a file, which are the same in every language. */
export function isSameInBoth(text: string): boolean {
  const line = text.replace(/^(Examples?|next|then): /, '');
  const words = line.replaceAll('{}', '');
  return (
    !/[A-Za-z]{2}/.test(words) ||
    COMMAND.test(line) ||
    SHELL.test(line) ||
    SETTING.test(line) ||
    NAME.test(line) ||
    // Routes, files, options, codes, units; one word of a name.
    (!/\s/.test(line) && /[/._=-]|^(GET|POST|LIUHEN_|ID$)|^\d/.test(words)) ||
    /^-{1,2}[a-z-]+( [<[][a-z]+[>\]]| [a-z-]+(\.[a-z]+)?)*( --?[a-z-]+ [a-z.-]+)*$/.test(line)
  );
}

const COMMAND = /^(liuhen|systemctl|chmod|mosquitto|apt|mount) (?!.*[,;#] )/;
/** The script for completion. */
const SHELL =
  /^(_liuhen\(|local |for \(|word=|case |\{\} +esac|esac|done|COMPREPLY|complete -o|'\{\}'\) |#compdef|autoload )/;
/** An example of a YAML file; a trust policy. */
const SETTING =
  /^(- )?(profile|device|authority|camera|ports|lines|settings|keys|holder|roles|notAfter|keyFile|kind|id|window|name|photo): (?!.*# )|^(keys:|log \{\}|witness archive \{\}|quorum archive)$/;

/** What stands before a message; kinds of content, as they are typed. */
const NAME =
  /^(liuhen|journalctl|content|sha256|\{\}\.tls|archive\.embeddedBroker\.tls(\.\{\})?)[:： ({})]*$|^(post|disclosure|decision|correction|withdrawal|review|trust)$/;
