import type { Catalogue } from '../pattern.js';

/** What `liuhen verify` says of a recording or a display. */
export const verdictZh: Catalogue = {
  'The bundle is of a device whose key your trust file does not pin; ask the authority for it.':
    '证据包所属设备的密钥未列入您的信任文件；请向主管机关索取。',
  'No unbroken chain of keys leads from the pinned key to this checkpoint.':
    '从指定的根密钥到此检查点，密钥链不连续。',
  'The checkpoint is not signed by a key that the pinned key leads to.':
    '检查点的签名密钥不在指定根密钥的密钥链上。',
  'The checkpoint was changed after the device signed it.': '设备签名之后，检查点被改动。',
  'A key that the device had already erased signed this: it was kept or copied, and can have signed anything.':
    '此签名出自设备早已销毁的密钥：该密钥曾被留存或复制，可能签署过任何内容。',
  'The journal names another key than the chain of key notes does.': '日志账本所载密钥与密钥链不一致。',
  "A witness's signature was forged or damaged.": '见证方的签名系伪造或已损坏。',
  'The device alone vouches for its journal; your trust file demands that a witness saw it.':
    '日志账本仅由设备自证；您的信任文件要求有见证。',
  'The hashes here are not those of the journal that the checkpoint signs, so they prove nothing.':
    '此处的哈希与检查点所签日志账本不符，不能证明任何内容。',
  'A file of hashes was changed; the entries themselves still lead to the checkpoint.':
    '有哈希文件被改动；条目本身仍与检查点相符。',
  'A file of hashes belongs to another state of the journal than the checkpoint.':
    '有哈希文件与检查点不属于日志账本的同一状态。',
  'An entry of the journal was changed after the device signed it.': '设备签名之后，日志账本有条目被改动。',
  'The device signed something that is no entry of this format.': '设备签署了不符合条目格式的内容。',
  'The device signed entries that contradict each other.': '设备签署的条目相互矛盾。',
  'The end of the recording counts other footage than the journal holds.':
    '录像结束条目统计的影像与日志账本所载不一致。',
  'The bundle claims another beginning or end of the recording than the journal shows.':
    '证据包所称的录像起止与日志账本不一致。',
  'A checkpoint noted in the journal contradicts the journal: there may be two versions of it.':
    '日志账本所记检查点与账本自身矛盾：可能存在两个版本。',
  'These bytes of the footage are not what the device recorded.': '此段影像数据并非设备所录。',
  'Genuine footage stands in a place that is not its own.': '影像真实，但不在其原有位置。',
  'Footage was cut from the file.': '文件中的影像被截去一部分。',
  'The file holds bytes that the device did not record.': '文件含有设备未曾录制的数据。',
  'There is footage here of which nothing shows where it comes from.': '此处有来源不明的影像。',
  'The file was left out or removed.': '该文件缺失或被移除。',
  'Something stands in the place of a file and was not followed.': '应为文件之处是其他对象，未予读取。',
  'A file poses as evidence that nothing accounts for.': '有文件混充证据，没有任何记录可以印证。',
  'The file was changed after the bundle was written.': '证据包写成之后，该文件被改动。',
  "The bundle's own policy would make its reader trust another key.":
    '证据包自带的信任策略会让读者信任另一把密钥。',
  'The manifest says something else than the journal and the files do.': '清单与日志账本及文件不一致。',
  'The file is damaged or was never what it claims to be.': '文件已损坏，或本就不是其所称之物。',
  'The file is larger than any file of that kind can be.': '文件超出此类文件可能的大小。',
  'The folder holds more than a bundle can.': '目录所含文件多于证据包应有的数量。',
  "The archive's receipt is for something else, or was forged.": '归档回执针对其他内容，或系伪造。',
  'The receipt is signed by an archive that your trust file does not name.':
    '回执由您的信任文件未列的归档端签名。',
  'The device or archive that exported this no longer had, or not yet had, this footage.':
    '导出时，设备或归档端已不再持有或尚未持有此段影像。',
  'The device itself says that it recorded nothing here.': '设备自身声明此处没有录制。',
  'Time is missing in the footage, and the device does not say why.': '影像有时间缺失，设备未说明原因。',
  'The recording went on when this was exported; export again after it has stopped.':
    '导出时录像仍在进行；请在录像结束后重新导出。',
  'The device lost power or crashed; what it had sealed until then is here.':
    '设备断电或崩溃；此前已封存的内容均在此处。',
  'The device had no room left to record.': '设备已没有录制空间。',
  'The recording did not end by anybody’s wish.': '录像并非有人主动结束。',
  'Something is missing; what is here is authentic.': '有内容缺失；现有内容真实。',
  'Something here is not what the device signed.': '此处有内容并非设备所签。',
  'This does not lead back to a key that was pinned.': '此内容无法追溯到指定的根密钥。',
  recording: '录像',
  footage: '影像',
  times: '时间',
  gap: '间断',
  point: '标记',
  witness: '见证方',
  'no proof': '无证明',
  '{}, started by {}, whole process, {} not stopped': '{1}，触发方式 {2!}，全过程，{3} 未停止',
  '{}, started by {}, whole process, {} to {} ({})': '{1}，触发方式 {2!}，全过程，{3} 至 {4}（{5!}）',
  '{}, started by {}, {} not stopped': '{1}，触发方式 {2!}，{3} 未停止',
  '{}, started by {}, {} to {} ({})': '{1}，触发方式 {2!}，{3} 至 {4}（{5!}）',
  '{}, of which {} before the trigger; {} fragments, {}': '{1}，其中触发之前 {2}；{3} 个片段，{4}',
  '{}; {} fragments, {}': '{1}；{2} 个片段，{3}',
  "no witness time bounds it; only the device's own clock dates it":
    '没有见证时间可以限定；时间仅由设备自己的时钟给出',
  '{}, by witnesses': '{1}，以见证为据',
  'not earlier than {}': '不早于 {1}',
  'not later than {}': '不晚于 {1}',
  'no receipt by a witness of the trust file': '没有信任文件中见证方的回执',
  'yes, receipt by {}': '是，{1} 出具回执',
  '{} to {}, entry {}: {}': '{1} 至 {2}，条目 {3}：{4}',
  'and {} more; --json and --html have them': '另有 {1} 项；见 --json 与 --html',
  '{}, entry {}: {} {}': '{1}，条目 {2}：{3} {4}',
  '{}, quorum {}': '{1}，法定数 {2}',
  'not looked into: {}': '未检查：{1}',
  'intact: the display hung on {} from {} to {} ({} s)':
    '完整：该内容自 {2} 至 {3} 在屏幕 {1} 展示（{4} 秒）',
  'intact: {}/{} revision {} hung on {} from {} to {} ({} s)':
    '完整：{1}/{2} 第 {3} 版自 {5} 至 {6} 在屏幕 {4} 展示（{7} 秒）',
  'incomplete: the display hung from {}, at least until {}, but {}: expected {}, found {}':
    '不完整：该内容自 {1} 至少展示到 {2}，但 {3}：应为 {4}，实为 {5}',
  'incomplete: {}/{} revision {} hung from {}, at least until {}, but {}: expected {}, found {}':
    '不完整：{1}/{2} 第 {3} 版自 {4} 至少展示到 {5}，但 {6}：应为 {7}，实为 {8}',
  'altered: not what the device signed, {}: expected {}, found {}':
    '被改动：与设备所签不符，{1}：应为 {2}，实为 {3}',
  'untrusted: {}: expected {}, found {}': '不可信：{1}：应为 {2}，实为 {3}',
  'not witnessed': '未经见证',
  'witnessed by {} at {}': '由 {1} 于 {2} 见证',
  'not witnessed, archived by {}': '未经见证，由 {1} 归档',
  'witnessed by {} at {}, archived by {}': '由 {1} 于 {2} 见证，由 {3} 归档',
  '{} s of footage, {} fragment': '影像 {1} 秒，{2} 个片段',
  '{} s of footage, {} fragments': '影像 {1} 秒，{2} 个片段',
  'intact: {}, {}': '完整：{1}，{2}',
  'incomplete: all of {} fragments are here and authentic, but {}: expected {}, found {}':
    '不完整：全部 {1} 个片段均在且真实，但 {2}：应为 {3}，实为 {4}',
  'incomplete: {} of {} fragments are here and authentic, but {}: expected {}, found {}':
    '不完整：{2} 个片段中有 {1} 个在且真实，但 {3}：应为 {4}，实为 {5}',
  'untrusted: it does not lead back to a key that was pinned, {}: expected {}, found {}':
    '不可信：无法追溯到指定的根密钥，{1}：应为 {2}，实为 {3}',
};
