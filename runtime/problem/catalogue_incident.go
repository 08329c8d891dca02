package problem

func init() {
	register(map[string]text{
		"no_such_incident": {"没有这个事件", "there is no such incident"},
		"job_failed":       {"后台任务 {kind} 多次失败后停止", "a job of the kind {kind} failed for good after several attempts"},
	})
}
