package process

import (
	"testing"
	"time"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	local := Evidence{Recorded: true, Local: true, Lock: Present, Terraform: Present, Beaten: true}
	remote := Evidence{Recorded: true, Beaten: true, Silence: deadAfter - 1}
	tests := map[string]struct {
		of   Evidence
		edit func(*Evidence)
		want Status
	}{
		"no record":                                {local, func(e *Evidence) { *e = Evidence{Local: true} }, Ended},
		"no record, not local":                     {remote, func(e *Evidence) { *e = Evidence{} }, Ended},
		"ended and still locked":                   {local, func(e *Evidence) { e.Ended = true }, Ended},
		"ended and silent":                         {remote, func(e *Evidence) { e.Ended, e.Silence = true, time.Hour }, Ended},
		"locked, Terraform runs":                   {local, func(*Evidence) {}, Alive},
		"locked, silent like a stopped process":    {local, func(e *Evidence) { e.Silence = time.Hour }, Alive},
		"locked, Terraform is on another machine":  {local, func(e *Evidence) { e.Terraform = NotKnown }, Alive},
		"locked, Terraform has died":               {local, func(e *Evidence) { e.Terraform = Absent }, Dead},
		"not locked":                               {local, func(e *Evidence) { e.Lock = Absent }, Dead},
		"not locked, Terraform on another machine": {local, func(e *Evidence) { e.Lock, e.Terraform = Absent, NotKnown }, Dead},
		"lock cannot be read":                      {local, func(e *Evidence) { e.Lock = NotKnown }, Unknown},
		"lock cannot be read, Terraform has died":  {local, func(e *Evidence) { e.Lock, e.Terraform = NotKnown, Absent }, Dead},
		"heartbeat in time":                        {remote, func(*Evidence) {}, Alive},
		"no heartbeat for 60 seconds":              {remote, func(e *Evidence) { e.Silence++ }, Dead},
		"heartbeat in the future":                  {remote, func(e *Evidence) { e.Silence = -time.Hour }, Alive},
		"heartbeat not known":                      {remote, func(e *Evidence) { e.Beaten, e.Silence = false, 0 }, Unknown},
		"not local, the lock is ignored":           {remote, func(e *Evidence) { e.Lock = Absent }, Alive},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			evidence := tt.of
			tt.edit(&evidence)
			if got := Judge(evidence); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
