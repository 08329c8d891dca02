package problem

func init() {
	register(map[string]text{
		"no_such_job": {"没有这个后台任务，或已完成", "there is no such job, or it is done"},
	})
}
