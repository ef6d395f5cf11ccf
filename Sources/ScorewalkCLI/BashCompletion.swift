/// What bash needs beside the script that is made from the commands: it cuts the words of a line at `=`, `:` and `@`, which stand
/// within keys, conditions and counted runs.
enum BashCompletion {
  /// The script with a function around it that joins what was cut, and takes from the replies what bash does not replace.
  static func whole(_ script: String) -> String {
    let lines = script.split(separator: "\n", omittingEmptySubsequences: false)
    // The function around it is registered in its place.
    return lines.filter { !$0.hasPrefix("complete ") }.joined(separator: "\n") + "\n" + joining
  }

  private static let joining = #"""
    # Bash cuts words at the characters of COMP_WORDBREAKS: here the pieces between = : and @ are joined.
    _scorewalk_joined() {
        local -a words=()
        local -i cword=0 index offset=0 start=0
        local piece space rest is_value=false
        for index in "${!COMP_WORDS[@]}"; do
            piece="${COMP_WORDS[index]}"
            rest="${COMP_LINE:offset}"
            space="${rest%%[![:space:]]*}"
            if ((index > 0)) && [[ -z "${space}" && ("${is_value}" = true || "${piece}" = [=:@]* || "${words[-1]}" = *[=:@]) ]]; then
                if [[ "${words[-1]}" = --* && "${piece}" = = ]]; then
                    # --option=value: the value is a word of its own.
                    words+=("")
                    ((index <= COMP_CWORD)) && start=$((offset + 1))
                else
                    words[-1]+="${piece}"
                fi
                is_value=true
            else
                words+=("${piece}")
                ((index <= COMP_CWORD)) && start=$((offset + ${#space}))
                is_value=false
            fi
            ((offset += ${#space} + ${#piece}))
            ((index == COMP_CWORD)) && cword=$((${#words[@]} - 1))
        done
        ((start > COMP_POINT)) && start=COMP_POINT
        local cur="${COMP_LINE:start:COMP_POINT - start}"
        local prev=""
        ((cword > 0)) && prev="${words[cword - 1]}"

        local -a COMP_WORDS=("${words[@]}")
        local -i COMP_CWORD=cword
        _scorewalk "${1}" "${cur}" "${prev}"

        # What bash replaces begins behind the last character that breaks words, or with it where that is @.
        local kept="" before="${cur}"
        while [[ -n "${before}" ]]; do
            local last="${before: -1}"
            if [[ "${last}" = [=:@] && "${COMP_WORDBREAKS}" = *"${last}"* ]]; then
                kept="${before}"
                [[ "${last}" = @ ]] && kept="${before%@}"
                break
            fi
            before="${before%?}"
        done
        # A key, and a directory, go on.
        [[ "${COMPREPLY[*]}" = *[=:/] ]] && compopt -o nospace 2>/dev/null
        [[ "${prev}" = @(-C|--results|--output|-o) ]] && compopt -o filenames 2>/dev/null
        COMPREPLY=("${COMPREPLY[@]#"${kept}"}")
        return 0
    }

    complete -F _scorewalk_joined scorewalk
    """#
}
