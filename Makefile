# Everything a stranger needs: make run, make ui, make test.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
HOME_FOLDER := var
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help run ui test test-long test-system fuzz damage bench bench-intake lint lock clean

help: ## 列出可用的命令
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

# The environment lives in the checkout and follows the lock file. A Python without ensurepip
# still has the system's pip, which can install into the new environment from outside.
$(READY): requirements.lock pyproject.toml
	@echo "准备运行环境（只在第一次或依赖有变化时）……"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新版本"; exit 1; }
	@rm -rf .venv
	@$(PYTHON) -m venv .venv 2>/dev/null || $(PYTHON) -m venv --clear --without-pip .venv
	@awk '/^uv==/ {p = 1; print; next} p && /^ +--hash/ {print; next} {p = 0}' requirements.lock > .venv/uv.lock.txt
	@if [ -x $(BIN)/pip ]; then $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r .venv/uv.lock.txt; \
	 else $(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check --require-hashes --no-deps -r .venv/uv.lock.txt; fi
	@UV_PYTHON_DOWNLOADS=never $(BIN)/uv pip install --python $(BIN)/python --quiet --require-hashes -r requirements.lock
	@UV_PYTHON_DOWNLOADS=never $(BIN)/uv pip install --python $(BIN)/python --quiet --no-deps --no-build-isolation -e .
	@touch $(READY)

run: $(READY) ## 造一个样例城市，跑一次夜间任务，打印三率
	@$(BIN)/sharing sample --home $(HOME_FOLDER)
	@$(BIN)/sharing nightly --home $(HOME_FOLDER) || [ $$? -eq 3 ]

ui: $(READY) ## 打开这个城市的 Dagster 界面
	@$(BIN)/sharing ui --home $(HOME_FOLDER)

# The tests of a file share what it makes, and some come one after the other.
test: $(READY) ## 运行全部测试
	@$(BIN)/python -m pytest -n auto --dist loadfile

test-long: $(READY) ## 运行更多随机城市和改坏的文件，要几分钟
	@RANDOM_CITIES=204 FUZZ_FILES=200 DAMAGED_FILES=1000 $(BIN)/python -m pytest -n auto tests/assessment/test_against_reference.py tests/reading/test_fuzz.py tests/judging/test_damage.py

test-system: $(READY) ## 运行要用到 LibreOffice、PostgreSQL 等系统程序的测试
	@$(BIN)/python -m pytest -m system

fuzz: $(READY) ## 变异各种格式的两万个文件，读取程序都要受得住
	@$(BIN)/python -m tests.fuzz

damage: $(READY) ## 弄坏一万个文件，每一处都要改正或指出
	@DAMAGED_FILES=10000 $(BIN)/python -m pytest -n auto tests/judging/test_damage.py

bench: $(READY) ## 与手写的下限比较一晚的耗时
	@$(BIN)/python -m benchmarks.night

bench-intake: $(READY) ## 与最快的只读程序比较收件的耗时
	@$(BIN)/python -m benchmarks.intake

lint: $(READY) ## 检查格式、类型、分层和 Dagster 定义
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/dg check defs

lock: $(READY) ## 重新锁定依赖
	@$(BIN)/uv pip compile pyproject.toml --group dev --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 -o requirements.lock

clean: ## 删除运行环境和样例数据
	@rm -rf .venv $(HOME_FOLDER)
