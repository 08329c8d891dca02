package problem

func init() {
	register(map[string]text{
		"files_unavailable": {"文件存储没有应答，什么都没有保存，请稍后重试", "the storage of files does not answer; nothing was saved, try again later"},
	})
}
