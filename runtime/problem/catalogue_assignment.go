package problem

func init() {
	register(map[string]text{
		"not_comparable":   {"{field} 不能与 {other} 比较", "{field} cannot be compared with {other}"},
		"no_load":          {"规则没有 load，不能按在办数量评分", "the rule has no load, so that it cannot be scored"},
		"top_or_full":      {"“top”与“full”只能用一个", "top and full exclude each other"},
		"written_twice":    {"{field} 由规则自己写入", "{field} is written by the rule itself"},
		"no_claims":        {"“{entity}”的记录不能领取", "records of {entity} cannot be claimed"},
		"not_claimable":    {"此记录现在不能领取", "this record is not offered now"},
		"claim_limit_open": {"您在办的记录已达上限 {limit} 条", "you have {limit} open records already, which is the limit"},
		"claim_limit_day":  {"今天已领取 {limit} 条，已达上限", "you have claimed {limit} records today, which is the limit"},
		"claim_twice":      {"{entity} 的领取已由规则 {rule} 规定", "the rule {rule} already says how {entity} is claimed"},
	})
}

// Sentences of traces.
func init() {
	register(map[string]text{
		"why_record_unset":     {"记录未填写“{factor}”", "the record has no {factor}"},
		"why_person_unset":     {"未登记“{factor}”", "nothing is known of the person: {factor}"},
		"why_match":            {"“{factor}”符合：{value}", "{factor} matches: {value}"},
		"why_no_match":         {"“{factor}”不符合", "{factor} does not match"},
		"why_region_city":      {"负责同城：{region}", "has the city: {region}"},
		"why_region_province":  {"负责全省：{region}", "has the province: {region}"},
		"why_region_neighbour": {"负责同省其他城市：{region}", "has another city of the province: {region}"},
		"why_region_none":      {"不负责此地区，负责：{region}", "does not have the region, but {region}"},
		"why_near":             {"相距 {km} 公里", "{km} km away"},
		"why_distance":         {"相距 {km} 公里，超过 {near} 公里", "{km} km away, farther than {near} km"},
		"why_count_rank":       {"{count} 条，排名第 {rank}", "{count}, rank {rank}"},
		"why_count_full":       {"{count} 条，满分需 {full} 条", "{count} of {full}"},
		"why_count_none":       {"没有", "none"},
		"why_load":             {"在办 {open} 条，容量 {limit}", "{open} open of {limit}"},
		"why_formula":          {"公式结果 {value}", "the formula gives {value}"},
		"why_formula_true":     {"条件成立", "the condition holds"},
		"why_formula_false":    {"条件不成立", "the condition does not hold"},
		"why_formula_unset":    {"公式没有结果", "the formula gives nothing"},
		"why_formula_range":    {"公式结果超出范围", "the formula gives a value that is too great"},

		"skip_filtered":      {"不满足条件“{filter}”", "does not meet the condition {filter}"},
		"skip_full":          {"在办 {open} 条，已达上限 {limit}", "has {open} open, the limit is {limit}"},
		"skip_too_far":       {"相距 {km} 公里，超过上限 {limit} 公里", "{km} km away, the limit is {limit} km"},
		"skip_hidden":        {"不满足条件", "does not meet a condition"},
		"skip_present_owner": {"是现负责人", "is the present owner"},

		"nobody_not_applicable": {"此规则不适用于该记录", "the rule is not for this record"},
		"nobody_no_candidates":  {"没有候选人", "there are no candidates"},
		"nobody_fits": {
			"{of} 名候选人均不合适：在办已满 {full} 人，不满足条件 {filtered} 人，距离太远 {far} 人，为现负责人 {present} 人",
			"none of {of} candidates fits: {full} full, {filtered} not meeting the conditions, {far} too far away, {present} the present owner"},
	})
}
