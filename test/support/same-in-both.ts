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

/** Words of commands, and what is typed after them: options, files, ids, values in capitals or in quotation marks. */
const COMMAND =
  /^(liuhen|systemctl|chmod|mosquitto|apt|mount)( (init|migrate|run|status|start|stop|mark|recordings|export|verify|proof|check|firmware|info|update|confirm|rollback|sign|key|trust|content|publish|board|list|import|command|send|take|schema|doctor|config|show|set|explain|logs|diag|collect|completion|bash|zsh|provision|wipe|authority|enrol|token|serve|revoke|archive|add|restart|install|desk|root|ffmpeg|locate|decision|uplink|zh|index\.html|>|\\|…|publisher|--?[a-z-]+|[a-z]+-[a-z-]+|[A-Z_]+|\{\}|'[^']*'|"[^"]*"|[^ ]*[./:=_+0-9][^ ]*))*[,;]?$/;
/** The script for completion. */
const SHELL =
  /^(_liuhen\(|local |for \(|word=|case |\{\} +esac|esac|done|COMPREPLY|complete -o|'\{\}'\) |#compdef|autoload )/;
/** An example of a YAML file; a trust policy. */
const SETTING =
  /^(- )?(profile|device|authority|camera|ports|lines|settings|keys|holder|roles|notAfter|keyFile|kind|id|window|name|photo): (?!.*# )|^(keys:|log \{\}|witness archive \{\}|quorum archive)$/;

/** What stands before a message; kinds of content, as they are typed. */
const NAME =
  /^(liuhen|journalctl|content|sha256|\{\}\.tls|archive\.embeddedBroker\.tls(\.\{\})?)[:： ({})]*$|^(post|disclosure|decision|correction|withdrawal|review|trust)$/;
