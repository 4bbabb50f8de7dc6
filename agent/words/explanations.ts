import { ERROR_CODES, type ErrorCode } from '../../config/errors.js';

/** What `liuhen explain CODE` says: what the code means, how it comes about, and what to do. */
export interface Explanation {
  meaning: string;
  why: string;
  next: string;
}

/** English: why, next. Chinese: meaning, why, next. The English meaning stands beside the code itself. */
type Row = [why: string, next: string, meaningZh: string, whyZh: string, nextZh: string];

const ROWS: Readonly<Record<ErrorCode, Row>> = {
  LIUHEN_USAGE: [
    'An option is missing, misspelt, or has a value of another form.',
    'Run the command with --help: it shows the options and an example.',
    '命令行或参数与要求不符',
    '缺少选项、选项拼写有误，或值的形式不对。',
    '加 --help 运行该命令：会显示选项与示例。',
  ],
  LIUHEN_CONFIG: [
    'The message names file, line and key. Units must be written (30s, 64MiB), and unknown keys are refused rather than ignored.',
    'liuhen config explain KEY shows what is allowed; liuhen config check looks at the whole file.',
    '配置文件中有不允许的键、值或单位',
    '消息指明文件、行与键。数值须写单位（30s、64MiB）；未知的键会被拒绝而不是忽略。',
    'liuhen config explain 键 显示允许的值；liuhen config check 检查整个文件。',
  ],
  LIUHEN_CAMERA: [
    'ffmpeg could not open the source, or it gave nothing for camera.stall. Its own last words are in the message.',
    'Plug the camera in, look at ls /dev/video*, see that nothing else has it open, then liuhen doctor.',
    '摄像头无法打开、没有数据，或数据不是分段 MP4',
    'ffmpeg 打不开来源，或在 camera.stall 时间内没有数据。消息中附有 ffmpeg 的原话。',
    '插好摄像头，查看 ls /dev/video*，确认没有被其他程序占用，然后运行 liuhen doctor。',
  ],
  LIUHEN_MEDIA_FORMAT: [
    'The stream is no MP4 as ISO/IEC 14496-12 has it, or was damaged on its way.',
    'Look at the source with ffprobe; set camera.copy to false, so that it is encoded here.',
    'MP4 流的盒子越出自身边界',
    '该流不符合 ISO/IEC 14496-12，或在途中损坏。',
    '用 ffprobe 查看来源；把 camera.copy 设为 false，由本机编码。',
  ],
  LIUHEN_ENTRY: [
    'What was to be written could not be read back, or what was read is not an entry. Nothing was added to the journal.',
    'Shorten what was given (a note, a name). If it came while reading: liuhen check.',
    '日志条目过大、格式有误或形式未知',
    '要写入的内容无法再读出，或读到的不是条目。日志账本没有增加任何内容。',
    '缩短所给的文字。如在读取时出现：运行 liuhen check。',
  ],
  LIUHEN_NOTE: [
    'A key was copied with a character too few, or a signature is by another key than expected.',
    'Copy the whole line again, quotation marks around it; compare the key’s fingerprint.',
    '签名文本、校验公钥或检查点格式有误，或签名不符',
    '复制密钥时缺了字符，或签名来自另一把密钥。',
    '重新完整复制整行并加引号；核对密钥指纹。',
  ],
  LIUHEN_POLICY: [
    'A verifier has to know beforehand whose signatures count; the file that says so cannot be used.',
    'Get it from the authority: liuhen archive trust DEVICE writes one.',
    '信任策略格式有误，或没有可用的密钥',
    '验证者须事先知道谁的签名有效，而说明这一点的文件无法使用。',
    '向主管机关索取：liuhen archive trust 设备 会生成一份。',
  ],
  LIUHEN_TREE: [
    'A hash, a proof or a checkpoint does not fit the others: something was changed, or files of two journals were mixed.',
    'Take the files again from where they came. If they stay so, they are not authentic.',
    'Merkle 树的哈希与检查点不一致',
    '某个哈希、证明或检查点与其余不符：内容被改动过，或混入了另一日志账本的文件。',
    '从来源处重新取得文件。若仍如此，则其不真实。',
  ],
  LIUHEN_JOURNAL_INCONSISTENT: [
    'Tree, checkpoint, key and entries on the disk do not belong together: a restored backup, a damaged disk, or somebody’s hand. Nothing is written, so that the evidence stays as it was found.',
    'Do not delete anything. liuhen check names what is broken; copy the data folder, and put a new device into service.',
    '磁盘上的日志账本自相矛盾，不得再写入',
    '磁盘上的树、检查点、密钥与条目彼此不符：恢复过备份、磁盘损坏或有人改动。程序不再写入，以保持原状。',
    '不要删除任何内容。liuhen check 指明何处损坏；复制数据目录，另用一台设备。',
  ],
  LIUHEN_JOURNAL_CLOSED: [
    'The agent is stopping; what came now was not written.',
    'Start it again and repeat the command.',
    '日志账本已关闭，不再接收条目',
    '代理程序正在停止；此时到来的内容没有写入。',
    '重新启动后再次执行。',
  ],
  LIUHEN_KEY: [
    'The key file of this epoch is gone, unreadable, or others may read it. Without it nothing can be signed, and no other key may take its place.',
    'chmod 600 the file that is named, and chown it to the user of the agent. If it is lost, the device has to be provisioned anew under another id.',
    '当前时期的签名密钥缺失、不可读或可被他人读取',
    '本时期的密钥文件不在、不可读，或他人可读。没有它就无法签名，也不能用别的密钥代替。',
    '对所指文件执行 chmod 600，并 chown 给代理程序的用户。若已丢失，设备须以新的编号重新配置。',
  ],
  LIUHEN_STORAGE_FULL: [
    'Footage without a receipt is never removed to make room. The reserve is kept so that the end of a recording can still be sealed.',
    'Bring the device where it has a link to the archive; liuhen status shows what waits.',
    '磁盘已满，或只剩预留空间',
    '没有回执的影像绝不会为腾空间而删除。预留空间用来封存录像的结尾。',
    '把设备带到能连上归档端的地方；liuhen status 显示待上传内容。',
  ],
  LIUHEN_STORAGE_IO: [
    'The disk or its file system answered with an error; the message has the system’s own words.',
    'Look at dmesg and at the permissions of the folder; liuhen doctor measures the disk.',
    '磁盘或其数据库读写失败',
    '磁盘或文件系统返回错误；消息中有系统的原话。',
    '查看 dmesg 与目录权限；liuhen doctor 会测量磁盘。',
  ],
  LIUHEN_NOT_ARCHIVED: [
    'Removing it now would lose evidence that nobody else has.',
    'Wait until the archive has receipted it, and storage.retention has passed.',
    '影像不得删除：没有已核实的回执，或保存期未满',
    '此时删除会失去别处没有的证据。',
    '等到归档端给出回执，并且 storage.retention 期满。',
  ],
  LIUHEN_NOT_FOUND: [
    'Nothing has this name here.',
    'liuhen recordings lists what there is; look at the path or number.',
    '所指的录像、设备或文件不存在',
    '这里没有此名称的内容。',
    'liuhen recordings 列出现有内容；核对路径或编号。',
  ],
  LIUHEN_STATE: [
    'The command was understood, and would not be right now, such as stopping what does not record.',
    'liuhen status shows the state; the message says what stands in the way.',
    '该命令与设备当前状态不符',
    '命令有效，但此刻不适用，例如停止并未进行的录制。',
    'liuhen status 显示状态；消息指明障碍所在。',
  ],
  LIUHEN_ORIGIN: [
    'Ids are a-z, 0-9 and -, at most 64; the authority is a domain name. Together they name the journal for ever.',
    'Correct device.id and device.authority.',
    '设备编号、机关域名或来源的形式不对',
    '编号只含 a-z、0-9 和 -，最多 64 个字符；机关为域名。二者共同永久命名日志账本。',
    '改正 device.id 与 device.authority。',
  ],
  LIUHEN_LOCKED: [
    'Only one process may write a journal, and another has it: an agent whose socket is gone, or a second command.',
    'Wait for it, or look with ps who runs; liuhen status asks a running agent.',
    '另一进程正在使用该数据目录',
    '只有一个进程可以写日志账本，而另一个正占用它：套接字已消失的代理程序，或另一条命令。',
    '等待其结束，或用 ps 查看谁在运行；liuhen status 询问运行中的代理程序。',
  ],
  LIUHEN_NOT_RUNNING: [
    'This command asks the running agent, and there is none on this data folder. While none runs, nothing is recorded.',
    'systemctl start liuhen.target, or liuhen run; liuhen doctor says what would keep it from running.',
    '此数据目录上没有代理程序在运行',
    '该命令须询问运行中的代理程序，而此数据目录上没有。没有代理程序就没有录制。',
    '执行 systemctl start liuhen.target 或 liuhen run；liuhen doctor 会指出阻碍运行的原因。',
  ],
  LIUHEN_MESSAGE: [
    'Something sent what PROTOCOL.md does not allow. It was dropped and counted.',
    'See that both sides are of the same version, and who else may publish on these topics.',
    '来自消息服务器的消息越界或格式有误',
    '有人发送了 PROTOCOL.md 不允许的内容。已丢弃并计数。',
    '确认两端版本一致，并查看还有谁可在这些主题上发布。',
  ],
  LIUHEN_LINK: [
    'No network, a broker that is down, another certificate than expected, or a refused user. The device goes on recording, and sends later.',
    'liuhen doctor goes through DNS, TCP, TLS and MQTT one by one and says where it ends.',
    '无法连接消息服务器，或连接被拒',
    '没有网络、服务器未运行、证书不符，或用户被拒。设备继续录制，稍后上传。',
    'liuhen doctor 依次检查域名、TCP、TLS 与 MQTT，并指明在哪一步失败。',
  ],
  LIUHEN_UNKNOWN_DEVICE: [
    'An archive takes in only devices whose root key it was given.',
    "On the archive: liuhen archive add 'ROOT_VKEY'; liuhen status --json shows the root key of the device.",
    '该设备未在此归档端登记',
    '归档端只接收已登记根公钥的设备。',
    "在归档端执行：liuhen archive add '根公钥'；设备上 liuhen status --json 显示其根公钥。",
  ],
  LIUHEN_FORK: [
    'One key has signed two histories: a restored copy of the disk, or a second device with this key.',
    'Take the device out of service; keep both checkpoints, which prove it.',
    '同一日志账本有两个相互矛盾的已签名检查点',
    '同一密钥签署了两份历史：恢复过磁盘副本，或另有设备持有此密钥。',
    '停用该设备；保留两个检查点作为证明。',
  ],
  LIUHEN_RECEIPT: [
    'A receipt counts only with the signature of the pinned archive and the digest of what was recorded.',
    'Look at uplink.witness. Nothing was removed because of it.',
    '回执系伪造，或与录制内容不符',
    '回执须有指定归档端的签名以及所录内容的摘要。',
    '核对 uplink.witness。没有因此删除任何内容。',
  ],
  LIUHEN_BUNDLE: [
    'The folder lacks what a bundle begins with, or could not be written.',
    'Export it again: liuhen export writes a bundle as a whole or not at all.',
    '证据包无法作为证据包读取或写入',
    '该目录缺少证据包应有的内容，或无法写入。',
    '重新导出：liuhen export 只会写出完整的证据包。',
  ],
  LIUHEN_FIRMWARE: [
    'The board understood the command and refused it; the message has its reason.',
    'liuhen firmware info shows what runs on it.',
    '单片机拒绝了命令',
    '单片机理解该命令但予以拒绝；消息中有其理由。',
    'liuhen firmware info 显示其运行的固件。',
  ],
  LIUHEN_FIRMWARE_SILENT: [
    'The port is open and nothing answers: another device, another baud rate, or a board without power.',
    'Look at cable, hardware.board.port and baudRate; liuhen doctor tries it.',
    '单片机无法到达或没有及时应答',
    '端口已打开但无应答：设备不对、波特率不对，或单片机没有供电。',
    '检查线缆、hardware.board.port 与 baudRate；liuhen doctor 会尝试。',
  ],
  LIUHEN_FIRMWARE_MESSAGE: [
    'Bytes came that are no answer, mostly noise or another program on the same port.',
    'See that nothing else opens the port, and that the firmware is of a known version.',
    '单片机的消息越界或格式有误',
    '收到的字节不是应答，多为干扰或另一程序占用同一端口。',
    '确认没有其他程序打开该端口，且固件版本已知。',
  ],
  LIUHEN_GPIO: [
    'A line is named by chip label and offset. It is not there, another program has it, or the kernel has no sysfs GPIO.',
    'gpiodetect and gpioinfo show chips and who has a line; the agent’s user needs the group gpio.',
    'GPIO 线无法使用：没有该芯片或线、被占用、没有权限，或没有 sysfs',
    '线由芯片标签与序号指定。它不存在、被其他程序占用，或内核没有 sysfs GPIO。',
    'gpiodetect 与 gpioinfo 显示芯片与占用者；代理程序的用户须属于 gpio 组。',
  ],
  LIUHEN_SERIAL: [
    'The port of a GNSS receiver, card reader or board cannot be opened. The agent tries again by itself.',
    'ls /dev/serial/by-id shows what is plugged in; the agent’s user needs the group dialout.',
    '串口不存在、无权打开、已拔出或不接收数据',
    '卫星定位、读卡器或单片机的端口无法打开。代理程序会自行重试。',
    'ls /dev/serial/by-id 显示已插入的设备；代理程序的用户须属于 dialout 组。',
  ],
  LIUHEN_FIRMWARE_IMAGE: [
    'Only an image with the signature of hardware.board.firmwareKeyFile is sent to the board. Nothing was sent.',
    'Take the file again from whoever signs firmware; compare its hash.',
    '固件映像或密钥格式有误、损坏，或未由单片机信任的密钥签名',
    '只有带 hardware.board.firmwareKeyFile 签名的映像才会发送。没有发送任何内容。',
    '向固件签名方重新取得文件并核对哈希。',
  ],
  LIUHEN_FIRMWARE_UPDATE: [
    'The new image was not taken, did not start, or did not answer; the board runs the one before.',
    'liuhen firmware info shows both images; try again with the board on external power.',
    '单片机未接收、未启动或未保留映像',
    '新映像未被接收、未能启动或没有应答；单片机运行原有映像。',
    'liuhen firmware info 显示两个映像；接上外部电源后重试。',
  ],
  LIUHEN_ENVELOPE: [
    'A signed document from the authority could not be read; it is not shown.',
    'Sign it again with this version of liuhen sign content.',
    '签名信封或其中的文件格式有误、过大或种类未知',
    '主管机关签名的文件无法读取，因此不予显示。',
    '用此版本的 liuhen sign content 重新签名。',
  ],
  LIUHEN_AUTHORITY_KEY: [
    'A key of the authority is encrypted under a passphrase, readable by its owner only, and bound to one role.',
    'chmod 600 the file; use the key of the role that the command names.',
    '机关密钥文件格式有误、可被他人读取、角色不符或口令错误',
    '机关密钥以口令加密，仅所有者可读，并绑定一个角色。',
    '对文件执行 chmod 600；使用命令所指角色的密钥。',
  ],
  LIUHEN_CONTENT: [
    'Content is checked before it is signed; the message names file and field.',
    'liuhen schema KIND prints what is expected.',
    '待签名的内容文件不符合其模式与规则',
    '内容在签名前检查；消息指明文件与字段。',
    'liuhen schema 种类 打印应有的形式。',
  ],
  LIUHEN_ENROL: [
    'Requests and answers are checked against the keys on the device and in the registry before anything is kept.',
    'liuhen provision --check on the device, liuhen authority list at the authority: compare the id and the words of the root key.',
    '入网申请或答复格式有误、系伪造、属于另一台设备，或被拒绝',
    '保存任何内容之前，申请与答复都与设备及登记册中的密钥核对。',
    '在设备上运行 liuhen provision --check，在主管机关处运行 liuhen authority list：核对编号与根密钥的词语。',
  ],
  LIUHEN_TOKEN: [
    'A token is for one device, works once and expires.',
    'liuhen authority token DEVICE makes another one.',
    '入网一次性令牌格式有误、不存在、已过期或已用过',
    '每个令牌只用于一台设备，只能用一次，并会过期。',
    'liuhen authority token 设备 生成新的令牌。',
  ],
};

function bothOf(code: ErrorCode): Record<'en' | 'zh', Explanation> {
  const [why, next, meaningZh, whyZh, nextZh] = ROWS[code];
  return {
    en: { meaning: ERROR_CODES[code], why, next },
    zh: { meaning: meaningZh, why: whyZh, next: nextZh },
  };
}

/** Every error code's explanation, in each language: for `liuhen explain`, for errors in Chinese, and for the documents. */
export const explanations: Readonly<Record<ErrorCode, Record<'en' | 'zh', Explanation>>> = Object.fromEntries(
  (Object.keys(ROWS) as ErrorCode[]).map((code) => [code, bothOf(code)]),
) as Record<ErrorCode, Record<'en' | 'zh', Explanation>>;
