"""What can be wrong with an installation of the bureau (B001 to B099; apps count on in hundreds)."""

from notoneless.faults import FaultKind
from notoneless.i18n import N_

NOT_INSTALLED = FaultKind(
    "B001",
    N_("网页系统的部件没有安装（缺 {missing}）"),
    N_('运行 pip install "notoneless[bureau]"，再试一次；核对名单（notoneless check）不需要它们'),
)
PORT_TAKEN = FaultKind(
    "B002",
    N_("{host} 的 {port} 端口已被占用"),
    N_("换一个端口，例如 --port {other}；或者先停掉占用它的程序"),
)
KEYS_LOST = FaultKind(
    "B003",
    N_("数据库还在，密钥文件 {path} 不见了"),
    N_("从备份恢复密钥文件；没有它，已加密的号码读不出来，不能另造一份"),
)
BAD_DATABASE_URL = FaultKind(
    "B004",
    N_("DATABASE_URL 看不懂（{scheme}）"),
    N_("写成 postgresql://用户:口令@主机:5432/库名；用 SQLite 就不要设它"),
)
NOT_PRIVATE = FaultKind(
    "B005",
    N_("没有 https 地址，不能对外监听 {host}"),
    N_("先按部署说明架好代理并设 NOTONELESS_PUBLIC_URL=https://…；只在本机用，就去掉 --host"),
)
DATABASE_AWAY = FaultKind(
    "B006",
    N_("连不上数据库（{kind}）"),
    N_("看 DATABASE_URL 的主机、端口、用户和口令，并确认数据库已启动"),
)
OTHER_KEYS = FaultKind(
    "B007",
    N_("这份密钥不是这个数据库的"),
    N_("把和这个数据库同时备份的密钥文件放到 {path}"),
)
BAD_OIDC = FaultKind(
    "B008",
    N_("{path} 看不懂"),
    N_("按部署说明写 name、issuer、client_id、secret 四项，每项一行；不用统一登录就删掉这个文件"),
)
BAD_NIGHT = FaultKind(
    "B009",
    N_("NOTONELESS_NIGHT 看不懂（{seen}）"),
    N_("写成几点几分，如 02:00；由系统定时器来做，就写 off"),
)
NO_SYSTEM = FaultKind(
    "B010",
    N_("{path} 里还没有系统（{seen}）"),
    N_(
        "看 --data 和 DATABASE_URL 写得对不对；新系统先运行 notoneless begin 或 notoneless serve，由它们建表"
    ),
)
OLD_TABLES = FaultKind(
    "B011",
    N_("{path} 的数据库比程序旧，有 {count} 步更新没有做"),
    N_("先运行一次 notoneless serve，让它把数据库更新好，再来做这件事"),
)
BACKUP_THERE = FaultKind(
    "B021",
    N_("{path} 已经有了"),
    N_("等一秒再备份，或者换一个文件夹"),
)
BACKUP_BAD = FaultKind(
    "B022",
    N_("备份读回核对不符：{path}"),
    N_("看磁盘是不是满了或者坏了，再备份一次；不要用这一份恢复"),
)
NO_PG_DUMP = FaultKind(
    "B023",
    N_("找不到 pg_dump，没有备份"),
    N_("安装和数据库同一版本的 PostgreSQL 客户端（postgresql-client），再试一次"),
)
CHAIN_BROKEN = FaultKind(
    "B101",
    N_("审计链在第 {seq} 条断了：{why}"),
    N_("停止写入，保留现场，用备份和另存的链尾核对，查是谁动了数据库"),
)
