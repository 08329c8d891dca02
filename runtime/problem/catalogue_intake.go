package problem

func init() {
	register(map[string]text{
		"not_in_form":          {"公开字段 {field} 不在此表单的任何分区中", "the public field {field} is in no section of the form"},
		"not_for_visitors":     {"{field} 会透露已有数据或接收文件，不能公开填写", "{field} would tell visitors what is stored, or takes files: it cannot be public"},
		"constant_only":        {"这里只能写固定值", "only a constant value can stand here"},
		"bad_origin":           {"{origin} 不是网站地址，应如 https://example.com", "{origin} is no origin such as https://example.com"},
		"required_not_public":  {"必填字段 {field} 没有公开，也没有默认值，访客无法提交", "the required field {field} is neither public nor has a default: nobody could send the form"},
		"no_such_webhook":      {"没有这个接收地址", "nothing listens at this address"},
		"no_such_form":         {"没有这个表单，或链接已失效", "there is no such form, or its link has ended"},
		"not_public":           {"表单 {form} 没有公开部分", "the form {form} has no public part"},
		"too_many_submissions": {"提交过于频繁，请稍后再试", "too many submissions, try again in a moment"},
		"field_not_public":     {"这个字段不能在此表单填写", "this field cannot be filled in here"},
		"link_past":            {"失效时间必须在将来", "the end of the link must be in the future"},
		"payload_too_large":    {"内容超过 {max} 字节", "the body has more than {max} bytes"},
	})
}
