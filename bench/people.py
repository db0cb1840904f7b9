"""Invented children on two lists, with the faults of real ones, and the truth kept aside.

Nobody here exists: numbers carry the area code 510699, which was never assigned. Everything is
drawn in whole columns with NumPy, so that a million rows take seconds. The generator knows nothing
of the matcher: sounds come from pypinyin itself.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pypinyin import lazy_pinyin

FAMILY = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"
    "姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常"
)
GIVEN = (
    "子梓涵轩宇浩欣怡雨泽佳俊诗一思嘉琪文博晨雅瑞语萱妍明芳婷玉杰志强伟静丽敏洋艳娟军勇超磊霞平刚桂英华"
    "红建国春梅兰秀珍海燕云飞龙鹏程远航天宝贵福成安康宁乐心悦然可馨若熙彤瑶琳璐莹洁雪冰清晓东南北阳光辉"
    "亮星月辰昊睿哲翰林森木槿桐楠樱桃苗青山川江河湖波涛润泓沐汐澜渊源凯旋胜利兵正义忠诚信仁德道礼智慧敬"
    "贤良善美好如意祥瑾瑜珂珊珠琴瑟音韵歌舞书画墨香芸菲菁茜蓉蕾莲荷菊竹松柏柳杨枫秋冬夏晴朗霖露霜虹霏"
    "锦绣绮丝绢缘纯素彩丹朱紫蓝碧翠银铭钰鑫钧锋锐铮钊镇鸿鹤凤鸾雁雄豪健壮康坤乾元亨贞永恒久长庆喜欢颜容"
    "依伊艺忆亦易益逸毅翼奕怿懿谊议译羿弈熠煜昱钰郁裕誉豫育玥粤跃越岳乐悦阅"
)
SYLLABLES_OF_OTHER_NAMES = "阿依古丽买提尔迪拉热吉木色莫子扎西卓玛达娃次仁央金伍哈布格曲洛沙则"
PLACE_FIRST = "东西南北新老大小上下金银龙凤石清白黄青红双三高永安和福太广德仁义兴隆"
PLACE_SECOND = "河山岭沟坝桥林泉溪井湾坪塘庙寺店场门坡垭口岩湖洞田"
_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CHECK = np.frombuffer(b"10X98765432", dtype=np.uint8)
FIRST_BIRTH, DAYS = np.datetime64("2011-09-01"), 3288


@dataclass(frozen=True)
class Faults:
    """How often each thing is wrong, independently on each list."""

    missing_number: float = 0.03
    one_digit: float = 0.012
    two_turned: float = 0.006
    guardians_number: float = 0.008
    alike_name: float = 0.012
    unreadable_character: float = 0.002
    dot_left_out: float = 0.3
    date_digit: float = 0.006
    date_turned: float = 0.002
    moved: float = 0.05
    out_of_township: float = 0.3  # of those who moved
    other_phone: float = 0.08
    other_guardian: float = 0.08
    no_guardian_number: float = 0.2
    no_phone: float = 0.1
    absent: float = 0.08
    swapped_twins: float = 0.005


def _digits(values: np.ndarray, width: int) -> np.ndarray:
    """Whole numbers as rows of ASCII digits."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return ((values[:, None] // powers) % 10 + 48).astype(np.uint8)


def _numbers(born: np.ndarray, sequence: np.ndarray) -> np.ndarray:
    """Eighteen ASCII characters per person, the check character right."""
    days = born.astype("datetime64[D]")
    year = days.astype("datetime64[Y]").astype(np.int64) + 1970
    month = days.astype("datetime64[M]").astype(np.int64) % 12 + 1
    day = (days - days.astype("datetime64[M]")).astype(np.int64) + 1
    number = ((510699 * 10000 + year) * 100 + month) * 100 + day
    body = _digits(number * 1000 + sequence, 17)
    check = _CHECK[((body - 48).astype(np.int64) @ _WEIGHTS) % 11]
    return np.concatenate([body, check[:, None]], axis=1)


def _text(characters: np.ndarray) -> pa.Array:
    """Rows of ASCII characters as an Arrow column."""
    rows, width = characters.shape
    offsets = pa.py_buffer(np.arange(0, (rows + 1) * width, width, dtype=np.int32).tobytes())
    return pa.StringArray.from_buffers(rows, offsets, pa.py_buffer(characters.tobytes()))


def _join(*parts: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")


def _empty(where: np.ndarray, column: pa.Array) -> pa.Array:
    return pc.if_else(pa.array(where), pa.scalar(None, pa.string()), column)


def _zipf(rng: np.random.Generator, letters: int, size: int, power: float) -> np.ndarray:
    weights = 1 / np.arange(1, letters + 1) ** power
    return rng.choice(letters, size=size, p=weights / weights.sum())


def _unique_sequence(born: np.ndarray, odd: np.ndarray, order_of: np.ndarray) -> np.ndarray:
    """A sequence of three digits, unique per birth date as far as 500 a day and sex go."""
    order = np.lexsort((order_of, odd, born))
    key = born[order].astype(np.int64) * 2 + odd[order]
    start = np.r_[True, key[1:] != key[:-1]]
    first = np.maximum.accumulate(np.where(start, np.arange(len(key)), 0))
    sequence = np.empty(len(born), dtype=np.int64)
    sequence[order] = ((np.arange(len(key)) - first) * 2 + odd[order]) % 1000
    return sequence


def _alike() -> np.ndarray:
    """For each given character, another that sounds the same (itself if there is none)."""
    sounds = defaultdict(list)
    for at, sound in enumerate(lazy_pinyin(list(GIVEN))):
        sounds[sound].append(at)
    other = np.arange(len(GIVEN))
    for same in sounds.values():
        for here, there in zip(same, same[1:] + same[:1], strict=True):
            other[here] = there if GIVEN[here] != GIVEN[there] else here
    return other


def _population(count: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Children in households: brothers and sisters, twins, namesakes born on one day."""
    sizes = rng.choice([1, 2, 3], size=count, p=[0.55, 0.38, 0.07])
    sizes = sizes[: np.searchsorted(np.cumsum(sizes), count) + 1]
    house = np.repeat(np.arange(len(sizes)), sizes)[:count]
    within = np.arange(count) - np.repeat(np.cumsum(sizes) - sizes, sizes)[:count]
    homes = len(sizes)
    born = FIRST_BIRTH + rng.integers(0, DAYS, count)
    male = rng.random(count) < 0.525
    family = _zipf(rng, len(FAMILY), homes, 0.85)[house]
    single = rng.random(count) < 0.12
    second = _zipf(rng, len(GIVEN), count, 0.45)
    third = _zipf(rng, len(GIVEN), count, 0.45)
    younger = np.flatnonzero(within > 0)
    generation = younger[rng.random(len(younger)) < 0.3]  # a character shared by brothers, sisters
    second[generation] = second[generation - within[generation]]
    twins = younger[rng.random(len(younger)) < 0.025]
    born[twins] = born[twins - 1]
    second[twins] = second[twins - 1]
    same_sex = twins[rng.random(len(twins)) < 0.7]
    male[same_sex] = male[same_sex - 1]
    single[twins] = single[twins - 1] = False
    clash = twins[third[twins] == third[twins - 1]]
    third[clash] = (third[clash - 1] + 7) % len(GIVEN)
    dotted = (rng.random(homes) < 0.01)[house]
    # namesakes: another child of another household, of the same name, born on the same day
    namesakes = rng.choice(count, size=max(1, count // 1500), replace=False)
    models = rng.permutation(count)[: len(namesakes)]
    apart = (house[namesakes] != house[models]) & ~dotted[namesakes] & ~dotted[models]
    namesakes, models = namesakes[apart], models[apart]
    for column in (family, second, third, born, male, single):
        column[namesakes] = column[models]
    return {
        "house": house, "born": born, "male": male, "family": family, "single": single,
        "second": second, "third": third, "dotted": dotted, "twins": twins,
        "homes": np.array([homes]),
    }  # fmt: skip


def _names(
    family: np.ndarray,
    second: np.ndarray,
    third: np.ndarray,
    single: np.ndarray,
    unread: np.ndarray,
) -> pa.Array:
    families, given = pa.array(list(FAMILY)), pa.array(list(GIVEN))
    last = pc.if_else(pa.array(unread), pa.scalar("\ue123"), given.take(pa.array(third)))
    return _join(
        families.take(pa.array(family)),
        pc.if_else(pa.array(single), pa.scalar(""), given.take(pa.array(second))),
        last,
    )


def make(
    count: int, seed: int, faults: Faults | None = None
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Two lists of about ``count`` children each, and the true pairs ``left_row, right_row``.

    ``row`` counts from 1 in each list. The left list is a register (no school), the right a roll.
    """
    faults = faults or Faults()
    rng = np.random.default_rng(seed)
    people = _population(count, rng)
    house, homes = people["house"], int(people["homes"][0])
    odd = people["male"].astype(np.int64)
    # Children are registered household by household, so that twins have neighbouring numbers.
    sequence = _unique_sequence(people["born"], odd, house)
    number = _numbers(people["born"], sequence)
    parent_born = FIRST_BIRTH - rng.integers(20 * 365, 38 * 365, (2, homes))
    parents = [
        _numbers(
            parent_born[which],
            _unique_sequence(parent_born[which], np.full(homes, 1 - which), rng.random(homes)),
        )
        for which in (0, 1)
    ]
    parent_family = [np.empty(homes, dtype=np.int64), _zipf(rng, len(FAMILY), homes, 0.85)]
    parent_family[0][house] = people["family"]
    parent_names = [
        _names(
            parent_family[which],
            _zipf(rng, len(GIVEN), homes, 0.45),
            _zipf(rng, len(GIVEN), homes, 0.45),
            rng.random(homes) < 0.3,
            np.zeros(homes, dtype=bool),
        )
        for which in (0, 1)
    ]
    phones = 13_000_000_000 + rng.integers(0, 900_000_000, (2, homes))
    townships = max(8, count // 4000)
    village = rng.integers(0, townships * 12, homes)
    pieces = [
        PLACE_FIRST[a % len(PLACE_FIRST)] + PLACE_SECOND[b % len(PLACE_SECOND)]
        for a, b in rng.integers(0, 900, (400, 2))
    ]
    township_names = pa.array(
        [
            pieces[n % 400] + ("" if n < 400 else PLACE_FIRST[n // 400 % len(PLACE_FIRST)]) + "镇"
            for n in range(townships)
        ]
    )
    village_names = pa.array(
        [pieces[(n * 7 + n // 12) % 400] + "村" for n in range(townships * 12)]
    )
    other_sound = _alike()
    dotted_names = _join(
        *(
            pa.array(list(SYLLABLES_OF_OTHER_NAMES)).take(
                pa.array(rng.integers(0, len(SYLLABLES_OF_OTHER_NAMES), count))
            )
            for _ in range(3)
        ),
        pa.array(["·"] * count),
        *(
            pa.array(list(SYLLABLES_OF_OTHER_NAMES)).take(
                pa.array(rng.integers(0, len(SYLLABLES_OF_OTHER_NAMES), homes)[house])
            )
            for _ in range(3)
        ),
    )
    swapped = people["twins"][rng.random(len(people["twins"])) < faults.swapped_twins]

    def written(side: int) -> tuple[pa.Table, np.ndarray]:
        def hit(share: float) -> np.ndarray:
            return rng.random(count) < share

        present = np.flatnonzero(~hit(faults.absent))
        present = rng.permutation(present)
        digits = number.copy()
        if side:
            digits[swapped], digits[swapped - 1] = number[swapped - 1], number[swapped]
        wrong = np.flatnonzero(hit(faults.one_digit))
        place = rng.integers(0, 17, len(wrong))
        digits[wrong, place] = (
            48 + (digits[wrong, place] - 48 + rng.integers(1, 10, len(wrong))) % 10
        )
        turned = np.flatnonzero(hit(faults.two_turned))
        place = rng.integers(6, 16, len(turned))
        digits[turned, place], digits[turned, place + 1] = (
            digits[turned, place + 1],
            digits[turned, place],
        )
        other = hit(faults.other_guardian)
        which = other.astype(np.int64)
        guardian = np.where(which[:, None] == 1, parents[1][house], parents[0][house])
        as_childs = np.flatnonzero(hit(faults.guardians_number))
        digits[as_childs] = guardian[as_childs]
        alike = hit(faults.alike_name)
        name = _names(
            people["family"],
            people["second"],
            np.where(alike, other_sound[people["third"]], people["third"]),
            people["single"],
            hit(faults.unreadable_character),
        )
        dotless = pc.replace_substring(dotted_names, "·", "")
        name = pc.if_else(
            pa.array(people["dotted"]),
            pc.if_else(pa.array(hit(faults.dot_left_out)), dotless, dotted_names),
            name,
        )
        born = people["born"].copy()
        slipped = np.flatnonzero(hit(faults.date_digit))
        born[slipped] = _slip(born[slipped], rng)
        turned = np.flatnonzero(hit(faults.date_turned))
        born[turned] = _turn(born[turned])
        home = village[house].copy()
        moved = np.flatnonzero(hit(faults.moved))
        anywhere = rng.integers(0, townships * 12, len(moved))
        nearby = home[moved] // 12 * 12 + rng.integers(0, 12, len(moved))
        home[moved] = np.where(rng.random(len(moved)) < faults.out_of_township, anywhere, nearby)
        phone = np.where(which == 1, phones[1][house], phones[0][house])
        changed = np.flatnonzero(hit(faults.other_phone))
        phone[changed] = 13_000_000_000 + rng.integers(0, 900_000_000, len(changed))
        columns = {
            "name": name,
            "id_number": _empty(hit(faults.missing_number), _text(digits)),
            "birth_date": pa.array(born.astype("datetime64[D]")),
            "sex": pc.if_else(pa.array(people["male"]), "M", "F"),
            "guardian_name": pc.if_else(
                pa.array(which == 1),
                parent_names[1].take(pa.array(house)),
                parent_names[0].take(pa.array(house)),
            ),
            "guardian_id": _empty(hit(faults.no_guardian_number), _text(guardian)),
            "phone": _empty(hit(faults.no_phone), _text(_digits(phone, 11))),
            "township": township_names.take(pa.array(home // 12)),
            "village": village_names.take(pa.array(home)),
        }
        if side:
            columns["school"] = _join(
                township_names.take(pa.array(village[house] // 12)), pa.array(["中心小学"] * count)
            )
        table = pa.table(columns).take(pa.array(present))
        return table.add_column(0, "row", pa.array(np.arange(1, len(present) + 1))), present

    left, left_people = written(0)
    right, right_people = written(1)
    row_of = np.zeros(count, dtype=np.int64)
    row_of[right_people] = np.arange(1, len(right_people) + 1)
    both = row_of[left_people] > 0
    truth = pa.table(
        {
            "left_row": np.arange(1, len(left_people) + 1)[both],
            "right_row": row_of[left_people][both],
        }
    )
    return left, right, truth


def _slip(born: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One digit of the day wrong, still a day of that month."""
    month = born.astype("datetime64[M]")
    day = (born - month).astype(np.int64) + 1
    unit = day % 10
    other = day - unit + (unit + rng.integers(1, 9, len(day))) % 10
    other = np.where((other < 1) | (other > 28), day, other)
    return month.astype("datetime64[D]") + (other - 1)


def _turn(born: np.ndarray) -> np.ndarray:
    """Day and month changed round where that is a day."""
    year = born.astype("datetime64[Y]")
    month = (born.astype("datetime64[M]") - year.astype("datetime64[M]")).astype(np.int64) + 1
    day = (born - born.astype("datetime64[M]")).astype(np.int64) + 1
    can = day <= 12
    turned = (year.astype("datetime64[M]") + (day - 1)).astype("datetime64[D]") + (month - 1)
    return np.where(can, turned, born)


def main() -> None:
    """Write ``left.parquet``, ``right.parquet``, ``truth.parquet`` into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    for name, table in zip(
        ("left", "right", "truth"), make(chosen.count, chosen.seed), strict=True
    ):
        pq.write_table(table, chosen.folder / f"{name}.parquet", row_group_size=100_000)


if __name__ == "__main__":
    main()
