package problem

func init() {
	register(map[string]text{
		"picture_broken": {"图片已损坏或格式无法识别，请重新拍摄，或另存为 JPEG、PNG 后再上传", "the picture is damaged or laid out in an unknown way; take it again, or save it as JPEG or PNG"},
	})
}
