package problem

func init() {
	register(map[string]text{
		"not_comparable": {"{field} 不能与 {other} 比较", "{field} cannot be compared with {other}"},
		"no_load":        {"规则没有 load，不能按在办数量评分", "the rule has no load, so that it cannot be scored"},
		"top_or_full":    {"“top”与“full”只能用一个", "top and full exclude each other"},
		"written_twice":  {"{field} 由规则自己写入", "{field} is written by the rule itself"},
		"claim_twice":    {"{entity} 的领取已由规则 {rule} 规定", "the rule {rule} already says how {entity} is claimed"},
	})
}
