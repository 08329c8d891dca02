package problem

func init() {
	register(map[string]text{
		"no_such_preference":   {"没有设置 {key}", "{key} is not set"},
		"preference_key":       {"键须以小写字母或数字开头，只含字母、数字和 . _ : -，最多 100 个字符", "a key begins with a lower-case letter or digit and has letters, digits and . _ : - only, at most 100 characters"},
		"no_such_record_draft": {"没有草稿", "there is no draft"},
		"no_such_comment":      {"没有这条评论", "there is no such comment"},
	})
}
