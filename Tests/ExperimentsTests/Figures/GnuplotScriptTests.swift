import Testing

@testable import Experiments

@Suite("Scripts for gnuplot")
struct GnuplotScriptTests {
  private func script(_ plot: Plot, _ format: FigureFormat = .svg) -> String {
    GnuplotScript([plot], format: format, size: .usual).text
  }

  @Test func everyMarkIsWritten() {
    var plot = Plot(
      title: "All", x: Plot.Axis("x", range: -1...2),
      y: Plot.Axis("y", isLogarithmic: true, names: [.init(text: "one", place: 1)]))
    plot.layers = [
      Plot.Layer(
        "bars", .series(0), .bars(edges: [0, 0.5, 1], heights: [1, 1.0 / 3])),
      Plot.Layer(
        "truth", .truth,
        .lines([[.init(0, 1), .init(1, .nan), .init(2, 1e-7)], [.init(3, 4)]], isDashed: true)),
      Plot.Layer(nil, .series(1), .points([.init(1, 2), .init(.infinity, 0)]), opacity: 0.5),
      Plot.Layer("between", .quiet, .band([.init(x: 0, middle: 1, low: 0.5, high: 2)])),
      Plot.Layer("interval", .shade(1), .intervals([.init(x: 0, middle: 1, low: 0.5, high: 2)])),
      Plot.Layer("arrow", .series(2), .arrows([.init(from: .init(0, 1), to: .init(0.1, 0.8))])),
      Plot.Layer(nil, .series(0), .points([])),
    ]
    #expect(
      script(plot) == """
        set encoding utf8
        set terminal svg size 640,400 fixed name 'plot' font 'sans-serif,16' noenhanced rounded
        reset
        set border 3 linecolor rgb '#5f5f5f'
        set grid linetype 1 linewidth 1 linecolor rgb '#e4e4e4'
        set tics nomirror scale 0.5
        set style fill solid noborder
        set key off
        set tmargin at screen 0.85
        set bmargin at screen 0.1425
        set rmargin 2.5
        set label 'All' at screen 0.5,0.9575 center textcolor rgb '#1a1a1a'
        set label '■' at screen 0.1692969,0.8975 left textcolor rgb '#0072b2'
        set label 'bars' at screen 0.2083594,0.8975 left textcolor rgb '#1a1a1a'
        set label '╍╍' at screen 0.2885156,0.8975 left textcolor rgb '#2b2b2b'
        set label 'truth' at screen 0.3275781,0.8975 left textcolor rgb '#1a1a1a'
        set label '■' at screen 0.4092969,0.8975 left textcolor rgb '#b9b9b9'
        set label 'between' at screen 0.4483594,0.8975 left textcolor rgb '#1a1a1a'
        set label '●' at screen 0.5744531,0.8975 left textcolor rgb '#00527f'
        set label 'interval' at screen 0.6135156,0.8975 left textcolor rgb '#1a1a1a'
        set label '→' at screen 0.7303906,0.8975 left textcolor rgb '#009e73'
        set label 'arrow' at screen 0.7694531,0.8975 left textcolor rgb '#1a1a1a'
        set xlabel 'x' offset 0,0.6 textcolor rgb '#1a1a1a'
        set xrange [-1:2]
        set xtics textcolor rgb '#1a1a1a'
        set ylabel 'y' offset 0.8,0 textcolor rgb '#1a1a1a'
        set logscale y
        set format y '%g'
        set ytics ('one' 1) textcolor rgb '#1a1a1a'
        $data1 << END
        0 0
        0 1
        0.5 1
        0.5 0.3333333333333333
        1 0.3333333333333333
        1 0
        END
        $data2 << END
        0 1

        2 1e-07

        3 4

        END
        $data3 << END
        0 1
        2 1e-07
        3 4
        END
        $data4 << END
        1 2
        END
        $data5 << END
        0 1 0.5 2
        END
        $data6 << END
        0 0.5
        0 2

        END
        $data7 << END
        0 1
        END
        $data8 << END
        0 1 0.1 -0.19999999999999996
        END
        plot $data1 using 1:2 with filledcurves closed fillcolor rgb '#a60072b2' notitle, \\
          $data1 using 1:2 with lines linewidth 1.5 linecolor rgb '#0072b2' notitle, \\
          $data2 using 1:2 with lines linewidth 2 dashtype (12,8) linecolor rgb '#2b2b2b' notitle, \\
          $data3 using 1:2 with points pointtype 7 pointsize 0.5 linecolor rgb '#2b2b2b' notitle, \\
          $data4 using 1:2 with points pointtype 7 pointsize 0.5 linecolor rgb '#7fd55e00' notitle, \\
          $data5 using 1:3:4 with filledcurves fillcolor rgb '#b9b9b9' notitle, \\
          $data6 using 1:2 with lines linewidth 1.5 linecolor rgb '#00527f' notitle, \\
          $data7 using 1:2 with points pointtype 7 pointsize 0.6 linecolor rgb '#00527f' notitle, \\
          $data8 using 1:2:3:4 with vectors head nofilled size screen 0.01,25 linewidth 1.5 linecolor rgb '#009e73' notitle

        """)
  }

  @Test func colorsOfValues() {
    var plot = Plot(title: "", x: Plot.Axis("a"), y: Plot.Axis("b"))
    plot.colorScale = Plot.ColorScale(label: "value", range: 1...100, isLogarithmic: true)
    let cells = [
      Plot.Cell(x: 0...1, y: 0...1, value: 2), Plot.Cell(x: 1...2, y: 0...1, value: 50),
      Plot.Cell(x: 2...3, y: 0...1, value: .nan),
    ]
    plot.layers = [
      Plot.Layer(nil, .series(0), .cells(cells)), Plot.Layer(nil, .truth, .cellTexts(cells)),
      Plot.Layer(
        nil, .series(0), .coloredPoints([.init(0, 0)], values: [3], isJoined: true)),
    ]
    let text = script(plot)
    #expect(
      text.contains("set logscale cb\nset format cb '%g'\nset cbrange [1:100]\nset cblabel 'value'")
    )
    #expect(text.contains("$data1 << END\n0.5 0.5 0 1 0 1 2\n1.5 0.5 1 2 0 1 50\nEND\n"))
    // White on the dark half of the scale, black on the light one.
    #expect(text.contains("$data2 << END\n0.5 0.5 2 16777215\n1.5 0.5 50 0\nEND\n"))
    #expect(text.contains("$data3 using 1:2:3 with lines linewidth 1 linecolor palette notitle"))
  }

  @Test func nothingIsDrawnAsNothing() {
    let plot = Plot(title: "", x: Plot.Axis("x"), y: Plot.Axis("y"))
    #expect(script(plot).hasSuffix("set xrange [0:10]\nset yrange [0:10]\nplot NaN notitle\n"))
  }

  @Test func numbersReadBackToTheBit() {
    for value in [0.1, 1.0 / 3, 123_456_789.125, 1e17, -1e-300, 20_000_001] {
      #expect(Double(GnuplotScript.exact(value)) == value)
    }
    // An integer of gnuplot's has an end.
    #expect(GnuplotScript.exact(12) == "12" && GnuplotScript.exact(3e9) == "3000000000.0")
  }

  @Test func textCannotEscape() {
    #expect(GnuplotScript.quoted("it's") == "'it''s'")
    #expect(GnuplotScript.quoted("a\nb\tc\r\u{0}d\u{2028}e") == "'a b c  d e'")
    #expect(
      GnuplotScript.quoted("`touch x` $0 @a {b} \\n %s ^_ \"")
        == "'`touch x` $0 @a {b} \\n %s ^_ \"'")
    #expect(GnuplotScript.quoted("σ² → −∇E") == "'σ² → −∇E'")
  }

  @Test func theTerminalFitsTheFormat() {
    let plot = Plot(title: "", x: Plot.Axis("x"), y: Plot.Axis("y"))
    let animation = GnuplotScript(
      [plot, plot], format: .gif, size: FigureSize(width: 300, height: 200))
    #expect(
      animation.text.contains(
        "set terminal gif animate delay 10 loop 0 size 300,200 font 'sans,11' noenhanced"))
    #expect(animation.text.split(separator: "\n").count { $0 == "plot NaN notitle" } == 2)
    #expect(script(plot, .png).contains("set terminal pngcairo size 1280,800 "))
    #expect(script(plot, .pdf).contains("set terminal pdfcairo size 6.666667in,4.166667in "))
  }
}
