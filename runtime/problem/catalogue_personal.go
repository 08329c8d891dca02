package problem

func init() {
	register(map[string]text{
		"preference_key":  {"键须以小写字母或数字开头，只含字母、数字和 . _ : -，最多 100 个字符", "a key begins with a lower-case letter or digit and has letters, digits and . _ : - only, at most 100 characters"},
		"no_such_comment": {"没有这条评论", "there is no such comment"},
	})
}
