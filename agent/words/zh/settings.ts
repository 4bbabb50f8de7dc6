import type { Catalogue } from '../pattern.js';

/** Settings and the files that they name. */
export const settingsZh: Catalogue = {
  'show, change, check and explain the settings': '显示、更改、检查和说明各项设置',
  'only this setting or section, such as uplink': '只看此项设置或此节，例如 uplink',
  'every setting with its value, and where that comes from': '每项设置的值及其来源',
  'reason, for the journal': '原因，记入日志账本',
  'take it out of the file, so that the default holds': '从文件中去掉此项，恢复默认值',
  'as it stands in the file, with its unit': '按文件中的写法，带单位',
  'such as recording.preRecord': '例如 recording.preRecord',
  'change a setting in the file; its comments stay, and the journal says who did what':
    '更改文件中的一项设置；注释保留，日志账本记下何人做了何事',
  'whether the file loads, and the files that it names are there': '检查文件能否载入，其所指的文件是否都在',
  'what a setting is for, what is allowed, and its default': '一项设置的用途、允许的取值及默认值',
  'a setting, or a section of them': '一项设置，或一节设置',
  configuration: '配置文件',
  'expected a value, or --default': '应给出一个值，或 --default',
  '{} is so already': '{1} 本就如此',
  'no journal yet to note it in': '尚无日志账本可记',
  'entry {} of the journal': '日志账本条目 {1}',
  'It holds from the next start: systemctl restart liuhen.target':
    '自下次启动起生效：systemctl restart liuhen.target',
  required: '必填',
  'no default': '无默认值',
  'default {}': '默认 {1}',

  '{} names the journal in {} and cannot change': '{1} 决定 {2} 中日志账本的名称，不能更改',
  'a device keeps its id for life; liuhen wipe ends one, liuhen provision begins another':
    '设备编号终身不变；liuhen wipe 结束一台设备，liuhen provision 开始另一台',

  'expected a name of a-z, 0-9 and -, 1 to 64 characters': '应为 1 到 64 个字符的名称，限 a-z、0-9 和 -',
  'expected true or false': '应为 true 或 false',
  'expected chinese, english and wholeProcess only': '只应有 chinese、english 与 wholeProcess',
  'expected chinese, english and wholeProcess': '应有 chinese、english 与 wholeProcess',
  'expected an enforcement behaviour of the policy, got {}': '应为策略中的执法行为，实为 {1}',
  'choose one of: {}': '请选择以下之一：{1}',
  'expected the English name, 1 to 100 characters in one line': '应为英文名称，一行，1 到 100 个字符',
  'expected the Chinese name, 1 to 100 characters in one line': '应为中文名称，一行，1 到 100 个字符',

  'expected the path of a YAML file': '应为 YAML 文件的路径',
  "expected the authority's root vkey: <name>+<8 hex digits>+<base64>":
    '应为主管机关的根公钥：<名称>+<8 位十六进制>+<base64>',
  'pieces of content': '项内容',
  'working days': '个工作日',

  '{} was written by an older liuhen': '{1} 由旧版本的 liuhen 写成',
  'bring it up to this one first: liuhen migrate': '先升级到此版本：liuhen migrate',

  'copy one of config/profiles/ there and fill in the device':
    '把 config/profiles/ 中的一份复制到该处，并填写设备信息',
  'write the password into that file, or correct {}': '把密码写入该文件，或更正 {1}',
  '{}: expected a file that not everyone can read, got mode {} on {}':
    '{1}：应为并非人人可读的文件，{3} 的权限实为 {2}',
  '{}: expected a password in {}, got nothing': '{1}：{2} 中应有密码，实际为空',
  'correct {}': '更正 {1}',
  'expected a {} at {}, got no plain file': '{2} 处应为{1}，实为非普通文件',
  'expected a {} of at most {} bytes, got {} in {}': '{1}应不超过 {2} 字节，{4} 实为 {3}',
  'no {} at {}': '{2} 处没有{1}',
  'expected UTF-8 text in {}': '{1} 应为 UTF-8 文本',
  'could not read the {} {}: {}': '无法读取{1} {2}：{3}',

  'expected the path of a YAML file of officers': '应为执法人员 YAML 文件的路径',
  'expected the path of a PEM file with a public key': '应为公钥 PEM 文件的路径',
  'expected a serial port: /dev/serial/by-id/NAME, another path, usb:VENDOR:PRODUCT or usb:VENDOR:PRODUCT:SERIAL':
    '应为串口：/dev/serial/by-id/NAME、其他路径、usb:VENDOR:PRODUCT 或 usb:VENDOR:PRODUCT:SERIAL',
  'expected the label of a GPIO chip, as gpiodetect shows it': '应为 GPIO 芯片的标签，即 gpiodetect 所显示的',
  percent: '百分比',
  'bits a second': '比特每秒',
  '(offset of a GPIO line)': '（GPIO 线的序号）',

  'expected shorter than hardware.press.long': '应短于 hardware.press.long',
  'expected longer than hardware.press.long, which the second press takes as well':
    '应长于 hardware.press.long，第二次按压也占用该时长',
  'expected less than hardware.battery.warn, so that the end is announced before it comes':
    '应小于 hardware.battery.warn，以便耗尽之前先行提醒',
  'expected the port of the microcontroller, because hardware.attention is set':
    '设置了 hardware.attention，因此应给出单片机的端口',
  'expected a {} of its own, this is the one of hardware.{}': '应有自己的{1!}，此处与 hardware.{2} 相同',
  port: '端口',
  line: '线',

  '{}, got {}': '{1}，实为 {2!}',

  'expected the path of a YAML file of staff': '应为工作人员 YAML 文件的路径',
  'expected a name of at most 60 characters': '应为不超过 60 个字符的名称',
  'expected the window as it is written above it, at most 16 characters':
    '应为窗口上方所写的窗口名，不超过 16 个字符',

  'expected at most {} bytes of configuration, got {} in {}': '配置应不超过 {1} 字节，{3} 实为 {2}',
  'expected one setting of this section, got the section itself': '应为此节中的一项设置，实为整节',
  'unknown key': '未知的设置',
  'unknown key, did you mean {}?': '未知的设置，是否要写 {1}？',
  '{}, got the default {}': '{1}，实为默认值 {2}',
  'a section': '一节设置',

  '{} is there and is another configuration': '{1} 已存在，且是另一份配置',
  'move it away, then migrate again': '把它移开，再次执行迁移',

  '{}: configVersion: expected at most {}, got {}: a newer liuhen has written it':
    '{1}：configVersion：应不超过 {2}，实为 {3}：由更新版本的 liuhen 写成',
  'install that version again, or put back the copy that it left: {}.v{}':
    '重新安装该版本，或换回它留下的副本：{1}.v{2}',

  'expected a card: 10 hex digits, upper case': '应为卡号：10 位大写十六进制数',
  'expected id, name and credential only': '只应有 id、name 与 credential',
  'expected id, name and credential': '应有 id、name 与 credential',
  'expected an officer known to this device, got {}': '应为此设备已知的执法人员，实为 {1}',
  'add the officer to the file that hardware.officersFile names':
    '把该人员加入 hardware.officersFile 所指的文件',
  'expected the number of the certificate, 1 to 64 characters in one line':
    '应为执法证件号，一行，1 到 64 个字符',
  "expected the officer's name, 1 to 100 characters in one line": '应为执法人员姓名，一行，1 到 100 个字符',
  "expected the officer's id, 1 to 64 characters in one line": '应为执法人员编号，一行，1 到 64 个字符',

  'expected a package.json above {}, found none': '{1} 的上级目录中应有 package.json，没有找到',

  'recording.behaviour: {}': 'recording.behaviour：{1}',

  'command line': '命令行',
  'correct what is named above; config/profiles/ holds a commented example for each role':
    '按上文更正；config/profiles/ 中有各角色带注释的示例',

  'expected at most {} rows, got {}': '应不超过 {1} 行，实为 {2}',

  'expected false with the synthetic camera, which has no encoder of its own':
    '使用合成画面时应为 false，它没有自己的编码器',
  'expected a user name, because camera.passwordFile is set': '设置了 camera.passwordFile，因此应有用户名',
  'expected at least camera.restartDelay.initial': '应不小于 camera.restartDelay.initial',
  'expected longer than recording.fragment, between two of which no data comes':
    '应长于 recording.fragment，两个片段之间没有数据',
  'expected at least {}, which recording.preRecord takes at camera.bitrate':
    '应至少为 {1}，即 recording.preRecord 在 camera.bitrate 下所需',
  'expected false, because camera.display draws into the picture and so has to encode it':
    '应为 false，因为 camera.display 要在画面上叠加文字，必须重新编码',
  'expected false, because recording.mode is still and single pictures have to be encoded':
    '应为 false，因为 recording.mode 为 still，单张图片必须编码',
  'expected false, because recording.mode is audio and there is no picture':
    '应为 false，因为 recording.mode 为 audio，没有画面',
  'expected true, because recording.mode is audio': '应为 true，因为 recording.mode 为 audio',
  'expected true, because camera.microphone is set': '应为 true，因为设置了 camera.microphone',
  'expected an ALSA capture device, because recording.mode is audio and {} gives no sound':
    '应为 ALSA 录音设备，因为 recording.mode 为 audio，而 {1} 没有声音',
  'expected a user name, because {}.passwordFile is set': '设置了 {1}.passwordFile，因此应有用户名',
  'expected mqtts://, because {}.tls is set': '设置了 {1}.tls，因此应为 mqtts://',
  'expected certFile and keyFile together': 'certFile 与 keyFile 应同时给出',
  'expected at least {}.backoff.min': '应不小于 {1}.backoff.min',
  'expected at least uplink.chunkSize': '应不小于 uplink.chunkSize',
  "expected the archive's vkey, because uplink.broker is set and no receipt could be verified":
    '设置了 uplink.broker，因此应给出归档端的公钥，否则无法核验回执',
  'expected either archive.broker or archive.embeddedBroker':
    '应在 archive.broker 与 archive.embeddedBroker 中选其一',

  'expected `synthetic`, a device such as /dev/video0, an rtsp:// URL without a password, or a file':
    '应为 `synthetic`、/dev/video0 之类的设备、不含密码的 rtsp:// 地址，或文件',
  'expected the path of a folder': '应为目录路径',
  'expected the path of a file': '应为文件路径',
  'expected the path of a PEM file': '应为 PEM 文件的路径',
  'expected the path of a file that holds the password': '应为存放密码的文件的路径',
  'expected the path of a YAML file of behaviours': '应为执法行为 YAML 文件的路径',
  'expected a host name or an IP address': '应为主机名或 IP 地址',
  "expected the archive's vkey: <name>+<8 hex digits>+<base64>":
    '应为归档端的公钥：<名称>+<8 位十六进制>+<base64>',
  'expected a user name': '应为用户名',
  'expected a broker URL such as mqtts://archive.example:8883, without user name or password':
    '应为消息服务器地址，例如 mqtts://archive.example:8883，不含用户名和密码',
  'expected the name of an enforcement behaviour': '应为执法行为的名称',
  'expected true, false, or some of time, device, officer with commas between':
    '应为 true、false，或 time、device、officer 中的若干项，以逗号分隔',
  'expected an ALSA capture device such as default or hw:1,0 (arecord -L lists them)':
    '应为 ALSA 录音设备，例如 default 或 hw:1,0（arecord -L 可列出）',
  '(a version)': '（版本号）',
  '(a TCP port)': '（TCP 端口）',
  frames: '帧',
  pixels: '像素',

  'bad range {}, {}': '范围有误 {1}，{2}',
  'expected a {} of {} to {}': '应为 {2} 到 {3}（{1!}）',
  'expected a whole number of {} from {} to {}': '应为 {2} 到 {3} 的整数（{1!}）',
  'expected a section: settings on lines of their own, indented': '应为一节设置：各占一行并缩进',

  'expected a duration such as 30s or 15min': '应为时长，例如 30s 或 15min',
  'expected a size such as 120KiB or 64MiB': '应为大小，例如 120KiB 或 64MiB',
  'expected a bit rate such as 500kbit/s or 2Mbit/s': '应为码率，例如 500kbit/s 或 2Mbit/s',
  'not a whole {}: {}': '不是整数（{1!}）：{2}',

  'expected a key such as camera': '应为设置名，例如 camera',
  'expected once, but it already stands on line {}': '应只出现一次，但第 {1} 行已有',
  'expected one value or a section, got an alias': '应为一个值或一节设置，实为别名',
  'expected one value or a section, got a section too deep down': '应为一个值或一节设置，实为嵌套过深的一节',
  'expected one value or a section, got a list': '应为一个值或一节设置，实为列表',
  'not valid YAML: {}': '不是有效的 YAML：{1}',
  'expected settings such as `profile: recorder`': '应为 `profile: recorder` 之类的设置',
  'not valid YAML: nested too deeply': '不是有效的 YAML：嵌套过深',
  'expected it to be set, because only a broker that asks for certificates has devices enrol':
    '须设置此项，因为只有要求证书的消息服务器才能让设备入网',
  archive: '归档端',
  'liuhen config show lists them': 'liuhen config show 列出全部设置',
  'configuration file': '配置文件',
  'file for {}': '{1} 所指的文件',
  '{}: default → default': '{1}：默认 → 默认',
  '{}: default → {}': '{1}：默认 → {2}',
  '{}: {} → default': '{1}：{2} → 默认',
};
