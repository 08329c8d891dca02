package problem

func init() {
	register(map[string]text{
		"not_in_export": {"导出不使用此参数", "is not used by an export"},
	})
}
