package problem

func init() {
	register(map[string]text{
		"nul_character":     {"不能包含 NUL 字符", "must not contain a NUL character"},
		"integer_too_great": {"整数不能超过 ±{max}", "whole numbers lie within ±{max}"},
		"decimal_range":     {"小数点前最多 {max} 位", "has more than {max} digits before the point"},
		"decimal_scale":     {"小数点后最多 {max} 位", "has more than {max} digits after the point"},
		"not_an_id":         {"不是记录编号（UUID）", "is not an id (UUID)"},
		"not_a_date":        {"不是有效日期，应为 2026-01-31 的形式", "is not a date of the form 2026-01-31"},
		"not_a_datetime":    {"不是有效时间，应为带时区的 RFC 3339，如 2026-01-31T09:00:00+08:00", "is not a time with an offset (RFC 3339), like 2026-01-31T09:00:00+08:00"},
		"not_a_phone":       {"不是有效的电话号码", "is not a telephone number"},
		"not_an_email":      {"不是有效的邮箱地址", "is not an e-mail address"},
		"not_a_url":         {"不是有效的网址，须以 http:// 或 https:// 开头", "is not a web address beginning with http:// or https://"},
		"not_a_region":      {"不是有效的行政区划代码（6 位）", "is not a 6-digit region code of GB/T 2260"},
		"not_a_credit_code": {"统一社会信用代码应为 18 位字母和数字", "a unified social credit code has 18 letters and digits"},
		"check_digit":       {"校验码不符，请核对", "the check digit does not fit; please verify"},
		"too_many_items":    {"最多 {max} 项", "has more than {max} items"},
		"too_few_items":     {"至少 {min} 项", "has fewer than {min} items"},

		"annotation_unused":  {"类型 {type} 不支持此属性", "has no meaning for the type {type}"},
		"bound_out_of_range": {"应在 {min} 与 {max} 之间", "must lie between {min} and {max}"},
		"bounds_crossed":     {"下限大于上限", "the lower bound lies above the upper bound"},
		"unique_too_long":    {"唯一字段的长度上限不能超过 {max}", "a unique text may allow at most {max} characters"},
		"currency_code":      {"应为 ISO 4217 货币代码，如 CNY", "must be an ISO 4217 code like CNY"},
		"choice_key":         {"选项键应为 1–64 个字母、数字、“_”、“-”或“.”", "a choice key has 1 to 64 letters, digits, \"_\", \"-\" or \".\""},
		"choice_twice":       {"选项键 {key} 重复", "the choice key {key} occurs twice"},
		"media_type_form":    {"应为媒体类型，如 application/pdf 或 image/*", "must be a media type like application/pdf or image/*"},
		"result_type":        {"不能作为结果类型", "cannot be the type of a result"},
		"roll_up_func":       {"应为 count、sum、avg、min 或 max", "must be count, sum, avg, min or max"},
	})
}
