"""Responses that state less than a requirement demands."""

from __future__ import annotations

import pytest

from bidkit.shortfalls import find_differences, find_equal, find_shortfalls


def shortfalls(requirement: str, response: str) -> list[str]:
    return [item.stated for item in find_shortfalls(requirement, response)]


@pytest.mark.parametrize(
    ("requirement", "response", "stated"),
    [
        ("缓存不少于 30 天", "缓存 20 天", ["20 天"]),
        ("延迟≤5 s", "延迟 6000 ms", ["6000 ms"]),
        ("内存≥32 GB，硬盘≥512 GB", "内存 16 GB，硬盘 1 TB", ["16 GB"]),
        ("工作温度 -10～50 ℃", "工作温度 0～40 ℃", ["0~40 °C"]),
        ("宽 10 至 20 mm", "宽 25 mm", ["25 mm"]),
        ("respond within 15 minutes", "we respond in 20 minutes", ["20 minutes"]),
        ("at least 3 engineers", "2 engineers", ["2 engineers"]),
        ("并发 500 以上", "并发 400", ["400"]),
        ("大于 100 kg", "100 kg", ["100 kg"]),
        ("不少于 30 万点", "20 万点", ["20 万点"]),
        ("4 小时内到场", "6 小时到场", ["6 小时"]),
        ("≥1,000 units", "900 units", ["900 units"]),
        ("千兆电口不少于 48 个", "24 个千兆电口、4 个万兆光口", ["24 个"]),
        ("质保期不少于 3 年", "质保期 24 个月", ["24 个月"]),
        ("数据保存不少于 180 天", "保留五十天", ["50天"]),
        ("响应时间不大于 15 分钟", "半小时内到达", ["30 分钟"]),
        ("质保期不少于 3 年", "质保期两年", ["2年"]),
        ("不少于十二个月", "十个月", ["10个月"]),
        ("48 ports or greater", "24 ports", ["24 ports"]),
        ("a warranty of 36 months or longer", "24 months", ["24 months"]),
        ("Min. 48 ports", "24 ports", ["24 ports"]),
        ("latency of 5 ms max", "latency of 9 ms", ["9 ms"]),
        ("Maximum latency 5 ms", "latency of 9 ms", ["9 ms"]),
        ("noise below 40 dB", "45 dB", ["45 dB"]),
        ("up to 10 ms", "12 ms", ["12 ms"]),
        ("less than or equal to 5 ms", "6 ms", ["6 ms"]),
        ("greater than or equal to 48 ports", "24 ports", ["24 ports"]),
        ("at least two supplies", "1 supplies", ["1 supplies"]),
        ("at least 48 ports", "twenty-four ports", ["24 ports"]),
        ("within 1 day", "within 48 hours", ["48 hours"]),
        ("within 24 hours", "within 2 days", ["2 days"]),
        ("at least 4 Tbps", "3200 Gbps", ["3200 Gbps"]),
        ("record at 25 frames per second or more", "records at 20 frames per second", ["20 frames"]),
        ("ten visits a year or more", "8 visits a year", ["8 visits"]),
        ("4 inspections each year minimum", "3 inspections each year", ["3 inspections"]),
        ("a fee of 200 USD a month or less", "250 USD a month", ["250 USD"]),
    ],
)
def test_response_that_states_less(requirement: str, response: str, stated: list[str]) -> None:
    assert shortfalls(requirement, response) == stated


@pytest.mark.parametrize(
    ("requirement", "response"),
    [
        ("缓存不少于 30 天", "缓存 30 天"), ("质保期不少于 3 年", "质保期 36 个月"), ("重量不超过 2.5 kg", "重 2500 g"),
        ("工作温度 -10～50 ℃", "工作温度 -20～60 ℃"), ("宽 10 至 20 mm", "宽 15 mm"),
        ("内存≥8 GB，固态硬盘≥256 GB", "内存 16 GB，固态硬盘 512 GB"),
        ("千兆电口不少于 48 个", "48 个千兆电口、4 个光口"),
        ("铅笔硬度≥9H", "铅笔硬度 9H"), ("font of not less than 12 points", "12-point type; tables 10 points"),
        ("delivered not later than 10 business days before the audit", "20 business days before"),
        ("the above 3 functions", "all 3 functions"),
        ("within 2 days", "within 24 hours"), ("one of at least two supplies of 5 kg or more", "two supplies of 6 kg"),
        ("at least twelve ports", "24 ports"), ("noise below 40 dB", "35 dB"), ("5 ms or less", "3 ms"),
        ("training of 30 min", "training of 45 min"),
        ("不少于 20 人", "2 期、每期 12 人、共 24 人"), ("≥5 m", "按图纸施工"), ("符合 GB/T 22239-2019", "符合"),
    ],
)  # fmt: skip
def test_response_that_is_enough_or_says_no_number(requirement: str, response: str) -> None:
    assert shortfalls(requirement, response) == []


@pytest.mark.parametrize(
    ("requirement", "response", "stated"),
    [
        # Another number of that unit is good enough: the one at the subject counts.
        ("接入延迟不大于 5 s", "接入延迟 95 分位值 8 s：网关采集 3 s，传输 3 s", "8 s"),
        ("RPO 不大于 1 h，RTO 不大于 4 h", "RPO 为 90 min，RTO 为 2 h，切换 30 s", "90 min"),
        ("关键设备备机≥2 台", "存智慧黑板备机 1 台、视频展台 3 台", "1 台"),
        ("故障 30 min 内响应、2 h 内到场、8 h 内修复", "30 min 响应、2 h 到达现场、24 h 修复", "24 h"),
        ("acknowledge P1 events within 15 minutes", "P1 cases in 30 minutes, a call at ten minutes", "30 minutes"),
        ("not less than 12 months of searchable logs", "searchable 10 months, archived 36 months", "10 months"),
        ("at least 12 months of logs and 36 months of archive", "logs 13 months, archived 24 months", "24 months"),
        ("任课教师≥6 名、实验员≥2 名", "任课教师 4 名、实验员 2 名", "4 名"),
        ("业务用户不少于 150 人", "业务用户培训 4 期、每期 30 人、共 120 人", "120 人"),
        # Ordinals and hours of service are no amounts.
        ("180 日历日内完成", "总工期 200 日历日，第 7 日进场", "200 日历日"),
        ("8 h 内修复", "7×24 h 服务，24 h 修复", "24 h"),
        ("within 30 days", "handed over in 45 days, at the latest on Day 20", "45 days"),
        # Other ways to say a number.
        ("并发用户数不少于 500", "支持 400 个并发用户", "400 个"),
        ("留存不少于 6 个月", "留存 90 天", "90 天"),
        ("180 日历日内完成", "工期 7 个月", "7 个月"),
        ("分辨率≥3840×2160", "分辨率 3840×1080", "3840×1080"),
        ("外形尺寸≥1200 mm×650 mm×900 mm", "外形尺寸 1200 mm×600 mm×750 mm", "1200 mm×600 mm×750 mm"),
        ("不少于 12 个月在线和 36 个月归档", "在线 13 个月，归档 24 个月", "24 个月"),
        ("not later than 10 days before the audit", "5 days before the audit", "5 days"),
        ("每年不少于 4 次巡检", "每半年巡检 1 次", "1 次"),
        ("单卡显存≥32 GB", "2 张 16 GB 显卡", "2 张 16 GB"),
        ("内存不小于 1 TB", "内存 900 GB", "900 GB"),
    ],
)  # fmt: skip
def test_number_at_the_subject_counts(requirement: str, response: str, stated: str) -> None:
    assert [(item.stated, item.is_certain) for item in find_shortfalls(requirement, response)] == [(stated, True)]


@pytest.mark.parametrize(
    ("requirement", "response", "stated"),
    [
        ("万兆上联不少于 4 个", "2 个光口，另有 48 个千兆电口", "2 个"),
        ("classify events, P3 within 4 hours", "the third kind in 8 hours, the first in 1 hour", "8 hours"),
    ],
)
def test_first_number_of_the_unit_is_doubtful_where_another_is_enough(
    requirement: str, response: str, stated: str
) -> None:
    assert [(item.stated, item.is_certain) for item in find_shortfalls(requirement, response)] == [(stated, False)]


@pytest.mark.parametrize(
    ("requirement", "response"),
    [
        ("质保期不少于 36 个月", "整机质保 36 个月，其中蓄电池质保 12 个月"),
        ("内存不小于 512 GB", "内存 16×32 GB，合计 512 GB"),
        ("并发用户不少于 500 个", "单节点 250 个，4 节点集群合计 1000 个"),
        ("内存不小于 512 GB", "配 16 条 32 GB 内存"),
        ("存储容量不少于 60 TB", "20 块 3.84 TB 盘"),
        ("总核数不少于 64 核", "2 颗 32 核处理器"),
        ("不小于 2 TB", "2×1 TB"),
        ("视频接入不少于 200 路", "接入能力 16×16 路"),
        ("带宽不低于 1 Gbps", "双 500 Mbps 链路"),
        ("不小于 1 TB", "1000 GB"),
        ("每年不少于 4 次巡检", "每季度巡检一次"),
        ("每年不少于 4 次巡检", "每 0 年巡检 4 次"),
        ("玻璃厚度≥5 mm，边框宽度≤10 mm", "玻璃厚 5 mm，边框宽 8 mm，整机 1200 mm×700 mm"),
        ("保存不少于 6 个月", "保存 180 天"),
        ("工期不超过 180 日历日", "工期 6 个月"),
        ("保存不少于 180 天", "保存 1 年"),
        ("响应时间不超过 2 小时", "15 分钟内响应；节假日 3 小时内到场"),
        ("端到端延迟不大于 5 s", "95 分位 3 s，最大 4.8 s；原系统 20 s"),
        ("不少于 3 名工程师", "项目经理 1 名、工程师 4 名"),
        ("直流 2 V～16 V，电流≥2 A；交流电流≥3 A", "额定 2 A；交流额定 3 A"),
        ("千兆电口不少于 48 个", "2 个光口，48 个千兆电口"),
        ("外形≥1200×650×900", "外形 650×1200×900"),
        ("风速 0.4 m/s～0.6 m/s", "风速 0.5 m/s"),
        ("in no case more than 48 hours", "24 hours"),
        ("延迟不应大于 5 s", "延迟 3 s"),
        ("16 GB 内存", "32 GB 内存"),
        ("not later than 10 days before the audit", "20 days before the audit; drafts within 3 days"),
        ("P2 within 60 minutes, P3 within 4 hours", "P2 in 30 minutes; P3 in 4 hours; contained: P2 (12 hours)"),
    ],
)
def test_sound_numbers_are_silent(requirement: str, response: str) -> None:
    assert list(find_shortfalls(requirement, response)) == []


@pytest.mark.parametrize(
    ("requirement", "response", "found"),
    [
        ("单机容量 40 kVA，1+1 并机", "单机 20 kVA/18 kW，1+1 并机", ["20 kVA"]),
        ("数量 2 台", "提供服务器共 1 台", ["1 台"]),
        ("质保期：三年", "质保期一年", ["1年"]),
        ("质保期：三年", "质保期五年", []),
        ("warranty of 24 months", "a warranty of 12 months", ["12 months"]),
        ("A warranty of 24 months from acceptance.", "The warranty is 12 months from acceptance.", ["12 months"]),
        ("A warranty period of 24 months.", "The warranty runs for 12 months.", ["12 months"]),
        ("A warranty of 24 months.", "We give a 12-month warranty.", ["12-month"]),
        ("A warranty of 24 months.", "The warranty is 36 months.", []),
        ("A term of 3 years with two options of 1 year.", "The term is 3 years, each option 1 year.", []),
        ("A retention of 30 days.", "The retention is 30 days, that of video 20 days.", []),
        ("单机容量 40 kVA", "单机 40 kVA/36 kW", []),
        ("交货期 30 天", "交货期 45 天", ["45 天"]),
        ("交货期 30 天", "交货期 20 天", []),
        ("数量 2 台", "共 2 台，另备 1 台", []),
        ("质保期 3 年", "质保期 36 个月", []),
    ],
)
def test_number_without_a_limit_that_is_another(requirement: str, response: str, found: list[str]) -> None:
    assert [item.stated for item in find_differences(requirement, response)] == found


def test_a_long_answer_takes_no_time_worth_telling() -> None:
    requirement, response = "内存不少于 32 GB、" * 30, "内存 64 GB，" * 60 + "1" * 2000
    assert list(find_shortfalls(requirement, response)) == []


def test_numbers_that_only_equal_the_demand() -> None:
    assert find_equal("缓存不少于 30 天，FC 接口不少于 2 个", "缓存 30 天，2 个 FC 接口") == "30 天"
    assert find_equal("缓存不少于 30 天，FC 接口不少于 2 个", "缓存 30 天，4 个 FC 接口") == ""
    assert find_equal("缓存不少于 30 天", "自带存储") == find_equal("自带存储", "缓存 30 天") == ""
