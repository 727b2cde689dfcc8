"""Names as a speech recogniser writes them, set down by hand: what was heard > first name | last name.

Written by one who knew the tables of `server/desk`, before they were last added to: it flatters us where the
same nicknames came to mind. Every second row was looked at while tuning; the others are the ones reported.
"""

from __future__ import annotations

from typing import Final

HEARD: Final = """
Jon Smyth > John | Smith
Kathrin Oh Brien > Katherine | O'Brien
Shawn McKenzie > Sean | MacKenzie
Geoff Mac Kenzie > Geoffrey | McKenzie
Win Nguyen > Nguyen | Huynh
Lynn Win > Linh | Nguyen
See Oh Mara Lopez > Xiomara | López Herrera
Shivawn Kelley > Siobhan | Kelly
Maryann Dela Cruz > Mary Ann | de la Cruz
Chewy Ramirez > Jesús | Ramírez
Paco Hernandez > Francisco | Hernández Soto
Peggy Oneal > Margaret | O'Neill
Bill Thomson > William | Thompson
Sasha Petrov > Alexander | Petrov
Steven Meyers > Stephen | Myers
Jeffery Allan > Jeffrey | Allen
Brian Philips > Bryan | Phillips
Erik Johansen > Eric | Johansson
Kaitlin Reed > Caitlyn | Reid
Catlin Clarke > Kaitlyn | Clark
Zack Brooks > Zachary | Brookes
Alan Davies > Allen | Davis
Marc Stewart > Mark | Stuart
Carl Olson > Karl | Olsen
Phillip Grey > Philip | Gray
Lori Nicholson > Laurie | Nickelson
Terry Burk > Teri | Burke
Tracey Pierce > Tracy | Pearce
Sara Greene > Sarah | Green
Teresa Cain > Theresa | Kane
Ann Marie Hayes > Annemarie | Hays
Jo Anne Leigh > Joann | Lee
Dianne Wolf > Diane | Wolfe
Debra Cole > Deborah | Kohl
Rachael Bayer > Rachel | Beyer
Michele Shaffer > Michelle | Schaefer
Glen Snider > Glenn | Snyder
Craig Shultz > Craig | Schultz
Neil Krueger > Neal | Kruger
Kurt Mayer > Curt | Meier
Lewis Cooper > Louis | Kuper
Dillon Abbot > Dylan | Abbott
Jaden Kerr > Jayden | Carr
Ashleigh Burns > Ashley | Byrne
Brittney Lowe > Brittany | Low
Kristin Hoffman > Kirsten | Hofmann
Krista Neumann > Christa | Newman
Isabell Baily > Isabel | Bailey
Madeline Mathews > Madelyn | Matthews
Elisabeth Hughs > Elizabeth | Hughes
Bobby Waters > Robert | Walters
Chuck Berry > Charles | Barry
Hank Freeman > Henry | Friedman
Jack Read > John | Reed
Ted Bower > Theodore | Bauer
Larry Cook > Lawrence | Koch
Tony Romano > Anthony | Romano
Nell Fischer > Eleanor | Fisher
Betty Noble > Elizabeth | Nobel
Molly Welsh > Mary | Welch
Sally Stephens > Sarah | Stevens
Libby Cain > Elizabeth | Cane
Trish Wagoner > Patricia | Wagner
Ginny Vaughan > Virginia | Vaughn
Dot Conner > Dorothy | O'Connor
Bea Hernandez > Beatriz | Hernández
Memo Cardenas > Guillermo | Cárdenas
Lupita Villa Real > Guadalupe | Villarreal
Kike Velasquez > Enrique | Velázquez
Lalo Cervantez > Eduardo | Cervantes
Beto Ibara > Alberto | Ibarra
Nacho Zuniga > Ignacio | Zúñiga
Heysoos Ortis > Jesús | Ortiz
Horhay Gutieres > Jorge | Gutiérrez
Hwan Carlos Perez > Juan Carlos | Pérez
Wahn Martinez > Juan | Martínez
Hoaquin Echeveria > Joaquín | Echeverría
Javi Espinosa > Javier | Espinoza
Yesenya Jimenes > Yesenia | Jiménez
Guiyermo Castanyeda > Guillermo | Castañeda
Ximena Yanez > Jimena | Yáñez
Itsel Munyoz > Itzel | Muñoz
So chee Flores > Xóchitl | Flores
Nahyeli Pena > Nayeli | Peña
Maria Garcia Lopez > María Elena | García López
Jose Louis Moreno > José Luis | Moreno
Luz Dela Rosa > Luz | de la Rosa
Anna Deleon > Ana | de León
Carlos Garcialopez > Carlos | García López
Ramirez Sofia > Sofía | Ramírez
Van Tran > Van | Tran
Min Fam > Minh | Pham
Fwong Lee > Phuong | Le
Tway Dang > Thuy | Dang
Hung Wing > Hung | Nguyen
Kwinn Vo > Quynh | Vo
Tran Thanh Bui > Thanh | Bui
Way Jang > Wei | Zhang
She Chow > Xi | Zhao
Ching Lew > Qing | Liu
Mailing Wong > Mei Ling | Wong
Shao Yen Shoe > Xiaoyan | Xu
Jin Joe > Jin | Zhou
Yee Sigh > Yi | Tsai
Sung Min Pack > Sung-min | Park
Gee Hey Choy > Ji-hye | Choi
Young Ho Yi > Young-ho | Lee
Unjee Kang > Eun-ji | Kang
Soo Gin Jung > Soo-jin | Jeong
Mohamad Hussain > Mohammed | Hussein
Achmed Al Sayid > Ahmed | El-Sayed
Yousef Abdul Rahman > Yusuf | Abdelrahman
Khalid Al Masry > Khaled | Al-Masri
Aysha Hasan > Aisha | Hassan
Fatma Nasser > Fatima | Nasir
Raj Patell > Rajesh | Patel
Prea Sharma > Priya | Sharma
Venkat Shrinivasan > Venkatesh | Srinivasan
Lakshmee Iyar > Lakshmi | Iyer
Sanjay Chowdhury > Sanjay | Chaudhary
Gurpreet Sing > Gurpreet | Singh
Anil Mukerjee > Anil | Mukherjee
Voytek Novak > Wojciech | Nowak
Kristof Vishnevski > Krzysztof | Wiśniewski
Agneshka Kovalski > Agnieszka | Kowalski
Gregor Shimanski > Grzegorz | Szymański
Kasha Lewandoski > Katarzyna | Lewandowska
Dima Ivanoff > Dmitri | Ivanov
Katya Kusnetsova > Ekaterina | Kuznetsova
Sergey Chernoff > Sergei | Chernov
Yevgeni Kovalenko > Evgeny | Kovalenko
Zhow Gonsalves > João | Gonçalves
Tiago Dasilva > Thiago | da Silva
Fernanda Dos Santos > Fernanda | Santos
Gilerme Peraira > Guilherme | Pereira
Marysel Bautista > Maricel | Bautista
Jose Mari Pangilinan > Josemari | Pangilinan
Luz Viminda Macaraig > Luzviminda | Macaraeg
Niv Sullivan > Niamh | O'Sullivan
Keeva Docherty > Caoimhe | Doherty
Owen Macarthy > Eoin | McCarthy
Seersha Macnamara > Saoirse | McNamara
Shanade Cavanaugh > Sinéad | Kavanagh
Gwido Di Angelo > Guido | D'Angelo
Keyara Grecko > Chiara | Greco
John Carlo Russo > Giancarlo | Russo
Zhan Tibodo > Jean | Thibodeaux
Renee Boodro > Renée | Boudreaux
Francois Bow champ > François | Beauchamp
Yohan Mueller > Johann | Müller
Wolf Gang Fifer > Wolfgang | Pfeiffer
Yurgen Schroeder > Jürgen | Schröder
Peter Vandenberg > Pieter | van den Berg
Beyorn Lundquist > Björn | Lundqvist
Chew Kwu Okafor > Chukwu | Okafor
Oluwa Shayoon Adayemi > Oluwaseun | Adeyemi
Kwami Mensa > Kwame | Mensah
Yel Cohn > Yael | Cohen
Hime Goldsteen > Chaim | Goldstein
Rivkah Levi > Rivka | Levy
Eleni Papa Dopolis > Eleni | Papadopoulos
Stavros Yorgiou > Stavros | Georgiou
Keely Ah Loha > Kealani | Kealoha
Mihai Yonescu > Mihai | Ionescu
Goran Yovanovich > Goran | Jovanović
Lazlo Kovacs > László | Kovács
Jiri Novotni > Jiří | Novotný
Da Shawn Washington > DeShawn | Washington
Latoya Jeffersen > LaToya | Jefferson
Davonte Mosely > Devonte | Mosley
Aliyah Booker > Aaliyah | Booker
Sarah Smith S M Y T H > Sara | Smyth
Katherine with Jones > Catherine | Jones
Jones, Kathryn > Katherine | Jones
Doctor Alan Reeves > Allan | Reeves
Mrs Hernandez Rosa > Rosa | Hernández
"""
